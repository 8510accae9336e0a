import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { createTenant } from '../../../db/integrations/tenants';
import { serviceKeys, serviceOf, startSandbox, type Sandbox } from '../../sandbox';
import { connectTenant } from '../../support/connect/connect-tenant';
import { startPages, type PagesServer } from '../../support/connect/pages-server';
import { newRing } from '../../support/database/connecting';
import { useDatabase } from '../../support/database/use-database';

const database = useDatabase();
let sandbox: Sandbox;
let pages: PagesServer;
beforeAll(async () => {
	sandbox = await startSandbox();
	pages = await startPages({ pool: database.pool, ring: newRing(), sandbox });
});
afterAll(async () => {
	await pages.close();
	await sandbox.close();
});

const consentsAt = (provider: string): string[] =>
	provider === 'myob' ? ['bakehouse', 'joinery'] : ['harbour', 'southern'];

/** How many accounts each of the two consents covers. */
const ACCOUNTS: Readonly<Record<string, number[]>> = {
	...{ asana: [1, 2], hubspot: [1, 1], myob: [1, 1], pipedrive: [1, 1], xero: [2, 2] },
};

it.each(serviceKeys)(
	'connects two tenants of one agency at %s by the real pages, each to its own',
	async (provider) => {
		const service = serviceOf(sandbox, provider);
		const seen: string[][] = [];
		for (const consent of consentsAt(provider)) {
			const { id: tenantId } = await createTenant(database.pool, { name: `${provider} ${consent}` });
			await connectTenant({ pool: database.pool, pagesUrl: pages.url, tenantId, service, consent });
			const { rows } = await database.admin.query<{ status: string; hasTokens: boolean; accounts: string[] }>(
				`select i.status::text, i.access_token <> '' as "hasTokens", array(
				select a.account_id from etl.accounts a
				where a.integration_id = i.id and a.enabled and a.released_at is null
			) as accounts from integrations i where i.tenant_id = $1`,
				[tenantId],
			);
			expect(rows).toMatchObject([{ status: 'ACTIVE', hasTokens: true }]);
			seen.push(rows[0]!.accounts);
		}
		expect(seen.map(({ length }) => length)).toEqual(ACCOUNTS[provider]);
		expect(new Set(seen.flat()).size).toBe(seen.flat().length);
	},
);
