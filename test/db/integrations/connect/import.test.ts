import { Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { runCommand } from '../../../../bin/commands';
import { createTenant } from '../../../../db/integrations/tenants';
import { getPool } from '../../../../db/postgres/pool';
import { generateKey, keyRing } from '../../../../db/vault/key-ring';
import { readTokens } from '../../../../db/vault/token-store';
import { urlOf } from '../../../support/database/database';
import { useDatabase } from '../../../support/database/use-database';

const { id, key } = generateKey();
const ring = keyRing({ activeKeyId: id, activeKey: key });

interface Result {
	ok: boolean;
	imported: number;
	unchanged: number;
	rejected: number;
	lines: Array<Record<string, string>>;
}

const database = useDatabase();
const said: string[] = [];

async function run(args: string[], input = ''): Promise<object | string | undefined> {
	const environment = {
		DATABASE_URL: urlOf(database.settings),
		ZIXLY_ACTIVE_KEY_ID: id,
		ZIXLY_ACTIVE_KEY: key,
	};
	return await runCommand(args, environment, (line) => said.push(line), Readable.from([Buffer.from(input)]));
}

const importLines = async (...lines: unknown[]): Promise<Result> =>
	(await run(
		['connection', 'import'],
		lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
	)) as Result;

const newTenant = async (name: string): Promise<string> =>
	(await createTenant(getPool(database.settings), { name })).id;

let harbour: string;
beforeAll(async () => {
	harbour = await newTenant('Harbour');
});
afterAll(() => expect(said.join('\n')).not.toMatch(/made-up-(access|refresh|fixed|secret)/));

const consent = (tenantId: string, more: object = {}) => ({
	...{
		tenantId,
		provider: 'xero',
		accessToken: 'made-up-access',
		refreshToken: 'made-up-refresh',
		expiresIn: 1_800,
	},
	...more,
});

describe('zixly connection import', () => {
	it('seals tokens of a consent and fixed tokens, with accounts and settings, and says so line by line', async () => {
		const account = { id: '6E6D0E65-79E9-4F7B-A7D0-6F1F5C8D2F00', name: 'Harbour Ltd' };
		const result = await importLines(
			consent(harbour, {
				accounts: [account],
				metadata: { timezone: 'Australia/Perth' },
				scopes: ['offline_access'],
			}),
			'',
			{
				tenantId: harbour,
				provider: 'pipedrive',
				fixedToken: 'made-up-fixed',
				metadata: { apiDomain: 'https://harbour.pipedrive.com' },
			},
		);
		expect(result).toMatchObject({ ok: true, imported: 2, unchanged: 0, rejected: 0 });
		expect(result.lines.map(({ line, result: one }) => [line, one])).toEqual([
			[1, 'imported'],
			[3, 'imported'],
		]);
		const { rows } = await database.admin.query(
			'select id, provider, status, metadata, expires_at, access_token from integrations where tenant_id = $1 order by provider',
			[harbour],
		);
		expect(rows).toMatchObject([
			{
				provider: 'pipedrive',
				status: 'ACTIVE',
				expires_at: null,
				metadata: { tokenKind: 'fixed', apiDomain: 'https://harbour.pipedrive.com' },
			},
			{
				provider: 'xero',
				status: 'ACTIVE',
				metadata: { timezone: 'Australia/Perth', scopes: ['offline_access'] },
			},
		]);
		expect(rows.map(({ access_token: token }) => String(token).startsWith(`v1.${id}.`))).toEqual([
			true,
			true,
		]);
		const owner = { tenantId: harbour, integrationId: rows[0].id as string, provider: 'pipedrive' };
		expect(await readTokens(getPool(database.settings), ring, owner)).toEqual({
			...{ accessToken: 'made-up-fixed', refreshToken: null, expiresAt: null },
		});
		const { rows: accounts } = await database.admin.query(
			'select account_id, name, enabled from etl.accounts',
		);
		expect(accounts).toEqual([{ account_id: account.id.toLowerCase(), name: 'Harbour Ltd', enabled: true }]);
		const { rows: events } = await database.admin.query(
			'select event, actor from etl.connection_events where event = $1',
			['connected'],
		);
		expect(events).toHaveLength(2);
	});

	it('changes nothing the second time, and never replaces other tokens', async () => {
		const again = await importLines(
			consent(harbour),
			consent(harbour, { refreshToken: 'made-up-refresh-2' }),
		);
		expect(again).toMatchObject({ ok: false, unchanged: 1, rejected: 1 });
		expect(again.lines[1]!.reason).toMatch(
			/connected to this provider already, with other tokens.*disconnect/,
		);
	});

	it('rejects a line with its number and reason, without stopping the others or quoting it', async () => {
		const kiwi = await newTenant('Kiwi');
		const account = { accounts: ['6e6d0e65-79e9-4f7b-a7d0-6f1f5c8d2f00'] };
		const wrong: Array<[line: unknown, reason: RegExp]> = [
			['{"fixedToken": "made-up-secret', /not a JSON object/],
			['[1]', /expected object/],
			[{ ...consent(kiwi), password: 'made-up-secret' }, /unknown field/],
			[consent(kiwi, { provider: 'made-up-secret' }), /provider is none of asana, hubspot/],
			[consent(kiwi, { accessToken: 7 }), /accessToken: Invalid input: expected string, received number/],
			[consent(kiwi, { refreshToken: 'made-up-secret \u0000' }), /refreshToken has a character/],
			[consent(kiwi, { refreshToken: undefined }), /refreshToken is missing.*fixedToken/],
			[consent(kiwi, { fixedToken: 'made-up-secret' }), /Xero has no token that does not expire/],
			[
				{ tenantId: kiwi, provider: 'asana', fixedToken: 'made-up-secret', refreshToken: 'x' },
				/stands alone/,
			],
			[consent(kiwi, { metadata: { authentication: 'n8n' } }), /metadata has an unknown field/],
			[
				consent(kiwi, { accounts: ['made-up-secret!'] }),
				/accounts has an id that is none of this provider’s/,
			],
			[consent('no-such-tenant'), /There is no tenant "no-such-tenant"/],
			[consent(kiwi, account), /Another connection has the account/],
			[`"${'x'.repeat(70_000)}"`, /more than 65536 characters/],
		];
		const good = { tenantId: kiwi, provider: 'hubspot', fixedToken: 'made-up-fixed' };
		const result = await importLines(...wrong.map(([line]) => line), good);
		expect(result).toMatchObject({ ok: false, imported: 1, rejected: wrong.length });
		for (const [index, [, reason]] of wrong.entries())
			expect(result.lines[index]).toEqual(
				expect.objectContaining({
					line: index + 1,
					result: 'rejected',
					reason: expect.stringMatching(reason),
				}),
			);
		expect(JSON.stringify(result)).not.toMatch(/made-up-/);
		const { rows } = await database.admin.query('select provider from integrations where tenant_id = $1', [
			kiwi,
		]);
		expect(rows).toEqual([{ provider: 'hubspot' }]);
	});

	it('refreshes first what came without a lifetime, and takes no longer one than a day', async () => {
		const tenantId = await newTenant('Southern');
		await importLines(
			consent(tenantId, { expiresIn: undefined }),
			consent(tenantId, { provider: 'myob', expiresIn: 1e12 }),
		);
		const { rows } = await database.admin.query(
			`select provider, expires_at <= now() + interval '1 minute' as ended, expires_at <= now() + interval '25 hours' as bounded
			from integrations where tenant_id = $1 order by provider`,
			[tenantId],
		);
		expect(rows).toEqual([
			{ provider: 'myob', ended: false, bounded: true },
			{ provider: 'xero', ended: true, bounded: true },
		]);
	});

	it('wants the key from the environment', async () => {
		const environment = { DATABASE_URL: urlOf(database.settings) };
		const words = runCommand(['connection', 'import'], environment, () => undefined, Readable.from(['']));
		await expect(words).rejects.toThrow('No key was given. Set ZIXLY_ACTIVE_KEY_ID');
	});
});

describe('zixly connection list, enable, disable, disconnect', () => {
	const list = async (...args: string[]) =>
		((await run(['connection', 'list', ...args])) as { connections: Array<Record<string, unknown>> })
			.connections;

	it('list all, by tenant, by provider, and those that need a person', async () => {
		expect((await list()).length).toBeGreaterThan(4);
		expect(await list('--tenant-id', harbour)).toHaveLength(2);
		const [xero] = await list('--tenant-id', harbour, '--provider', 'xero');
		expect(xero).toMatchObject({
			provider: 'xero',
			tenantName: 'Harbour',
			status: 'ACTIVE',
			needsReconnect: false,
		});
		expect(await list('--needs-reconnect')).toEqual([]);
		await database.admin.query("update integrations set status = 'ERROR' where id = $1", [
			xero!.connectionId,
		]);
		await database.admin.query(
			`insert into etl.sync_runs (id, tenant_id, integration_id, provider, status, finished_at, error)
			values ('failed', $1, $2, 'xero', 'failed', now(), '{"class": "reconnect_required", "message": "Connect again."}')`,
			[harbour, xero!.connectionId],
		);
		expect(await list('--needs-reconnect')).toMatchObject([
			{ connectionId: xero!.connectionId, lastError: 'Connect again.' },
		]);
		await expect(list('--provider', 'nobody')).rejects.toThrow('There is no provider "nobody"');
	});

	it('change one, by its ID or by tenant and provider', async () => {
		const byName = ['--tenant-id', harbour, '--provider', 'pipedrive'];
		const { connectionId } = (await run(['connection', 'disable', ...byName])) as { connectionId: string };
		expect(await list(...byName)).toMatchObject([{ connectionId, status: 'DISABLED' }]);
		expect(await run(['connection', 'enable', '--connection-id', connectionId])).toEqual({
			connectionId,
			status: 'ACTIVE',
		});
		expect(await run(['connection', 'disconnect', ...byName])).toMatchObject({
			connectionId,
			status: 'PENDING',
			consent: 'forgotten',
		});
		const { rows } = await database.admin.query(
			'select access_token, metadata from integrations where id = $1',
			[connectionId],
		);
		expect(rows).toEqual([{ access_token: '', metadata: { apiDomain: 'https://harbour.pipedrive.com' } }]);
		await expect(run(['connection', 'enable'])).rejects.toThrow(/--connection-id ID, or --tenant-id/);
		await expect(
			run(['connection', 'enable', '--tenant-id', harbour, '--provider', 'asana']),
		).rejects.toThrow(/no connection to Asana/);
	});
});
