import { beforeEach, describe, expect, it } from '@jest/globals';

import { runCommand } from '../../../../bin/commands';
import { createTenant } from '../../../../db/integrations/tenants';
import { findLink } from '../../../../db/integrations/connect/links';
import { getPool } from '../../../../db/postgres/pool';
import { useDatabase } from '../../../support/database/use-database';

const database = useDatabase();

/** A command closes every pool of the process when it ends. */
const pool = () => getPool(database.settings);
const addTenant = async (name: string): Promise<string> => (await createTenant(pool(), { name })).id;

let tenantId: string;
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	tenantId = await addTenant('Harbour Coffee');
});

const tokenOf = (url: string): string => new URL(url).searchParams.get('t')!;

describe('zixly connection link', () => {
	const said: string[] = [];
	async function zixly(...args: string[]) {
		const all = ['connection', 'link', ...args, '--database-url', database.url];
		return await runCommand(all, {}, (line) => void said.push(line));
	}
	const BASE = ['--provider', 'xero', '--base-url', 'https://n8n.example'];

	it('gives url and expiresAt, and says for whom', async () => {
		const result = (await zixly(
			...['--tenant-id', tenantId, ...BASE, '--purpose', 'manage', '--hours', '24', '--replace'],
		)) as { url: string };
		expect(Object.keys(result)).toEqual([
			'url',
			'expiresAt',
			'tenantId',
			'tenantName',
			'provider',
			'purpose',
		]);
		expect(await findLink(pool(), { token: tokenOf(result.url) })).toMatchObject({
			...{ tenantId, purpose: 'manage', replacesAccount: true },
		});
		expect(said.join('\n')).toContain('Harbour Coffee');
		expect(said.join('\n')).not.toContain(tokenOf(result.url));
	});

	it('gives a line of CSV for every tenant, which a spreadsheet does not execute', async () => {
		await addTenant('=HYPERLINK("https://evil.example"), Ltd');
		const csv = (await zixly('--all', ...BASE)) as unknown as string;
		const [head, ...lines] = csv.trimEnd().split('\r\n');
		expect(head).toBe('tenantId,tenantName,url,expiresAt');
		expect(lines).toHaveLength(2);
		expect(lines[0]).toContain(`,"'=HYPERLINK(""https://evil.example""), Ltd",https://n8n.example/webhook/`);
		expect(lines[1]).toMatch(new RegExp(`^${tenantId},Harbour Coffee,https://.*Z$`));
	});

	it.each([
		[[...BASE], /--tenant-id ID/],
		[['--tenant-id', 'x', '--provider', 'xero'], /--base-url/],
		[['--tenant-id', 'x', '--base-url', 'https://n8n.example'], /--provider/],
		[['--tenant-id', 'x', ...BASE], /There is no tenant "x"/],
		[['--all', '--tenant-id', 'x', ...BASE], /either --all or --tenant-id/],
		[['--all', '--purpose', 'manage', ...BASE], /--purpose/],
		[['--tenant-id', 'x', '--purpose', 'steal', ...BASE], /"steal" is not a purpose/],
		[['--all', '--hours', 'soon', ...BASE], /between 30 minutes and 7 days/],
	])('makes nothing of %j', async (args, message) => {
		await expect(zixly(...args)).rejects.toThrow(message);
	});
});
