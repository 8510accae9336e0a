import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { deletedLeads, liveLeads } from '../../../db/leads/ids';
import { testDatabase, type TestDatabase } from '../../support/database/database';

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
	await database.admin.query(
		`insert into tenants (id, name) values ('t1', 'One'), ('t2', 'Two');
		insert into client_kpis (id, tenant_id, client_id, client_name) values
			('k1', 't1', 'hubspot:portal', 'Portal'), ('k2', 't1', 'hubspot:portal:7', 'Company'), ('k3', 't2', 'hubspot:other', 'Other')`,
	);
	await entry({ lead: 'gone', status: 'deleted', deletedAt: daysAgo(3) });
	await entry({ lead: 'gone', status: 'passed', id: 'earlier' });
	await entry({ lead: 'gone-of-a-company', client: 'k2', status: 'deleted', deletedAt: daysAgo(99) });
	await entry({ lead: 'long-gone', status: 'deleted', deletedAt: daysAgo(101) });
	await entry({ lead: 'open', status: 'active' });
	await entry({ lead: 'stale', status: 'stale' });
	await entry({ lead: 'other-account', account: 'portal-2', status: 'deleted', deletedAt: daysAgo(1) });
	await entry({ lead: 'other-source', source: 'pipedrive', status: 'deleted', deletedAt: daysAgo(1) });
	await entry({ lead: 'other-tenant', client: 'k3', status: 'deleted', deletedAt: daysAgo(1) });
});
afterAll(async () => {
	await database.close();
});

interface Entry {
	lead: string;
	status: string;
	id?: string;
	client?: string;
	account?: string;
	source?: string;
	deletedAt?: string;
}

async function entry(given: Entry): Promise<void> {
	const { lead, status, id = lead, client = 'k1', account = 'portal', source = 'hubspot', deletedAt } = given;
	const metadata = { _src: { accountId: account }, ...(deletedAt && { deletedAt }) };
	await database.admin.query(
		`insert into lead_events (id, client_kpi_id, event_date, lead_id, stage, status, source_system, external_id, metadata)
		values ($1, $2, now(), $3, 'New', $4, $5, $1, $6)`,
		[id, client, lead, status, source, metadata],
	);
}

const place = { tenantId: 't1', provider: 'hubspot', accountId: 'portal' };

describe('the leads of an account', () => {
	it('lists recently deleted leads of that tenant and account only, whichever client they have', async () => {
		expect(await deletedLeads(database.pool, place)).toEqual(['gone', 'gone-of-a-company']);
		expect(await deletedLeads(database.pool, { ...place, sinceDays: 120 })).toEqual([
			'gone',
			'gone-of-a-company',
			'long-gone',
		]);
		expect(await deletedLeads(database.pool, { ...place, tenantId: 't2' })).toEqual(['other-tenant']);
	});

	it('lists the other leads as not deleted', async () => {
		expect(await liveLeads(database.pool, place)).toEqual(['open', 'stale']);
	});
});
