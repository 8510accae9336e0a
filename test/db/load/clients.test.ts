import { beforeEach, describe, expect, it } from '@jest/globals';

import type { LoadClient, LoadRow } from '../../../db/load/input';
import { useDatabase } from '../../support/database/use-database';
import { countOutcomes, loadTarget, month, type LoadTarget } from '../../support/database/loading';
import { openRun } from '../../../db/runs/open';
import { holder } from '../../support/database/run-holder';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	target = await loadTarget(database);
});

const about = (client: Partial<LoadClient>, day = '2026-06-30'): LoadRow => ({
	...month(day, '1.00'),
	client: { externalId: 'org-1', clientName: 'Harbour', industry: null, ...client },
});

const clients = async () =>
	(
		await database.admin.query(
			'select client_id, client_name, industry, xmin::text as version from client_kpis where tenant_id = $1 order by client_id',
			[target.tenantId],
		)
	).rows as Array<{ client_id: string; client_name: string; industry: string | null; version: string }>;

/** As the operator links an external id to each client of the tenant. */
const link = async (provider: string, externalId: string) =>
	await database.admin.query(
		`insert into etl.client_links (tenant_id, provider, external_id, client_kpi_id)
		select tenant_id, $2, $3, id from client_kpis where tenant_id = $1`,
		[target.tenantId, provider, externalId],
	);

describe('the client of a row', () => {
	it('is made once, named by provider and id, and not touched while it stays the same', async () => {
		await target.load([about({}), about({}, '2026-05-31'), about({ externalId: 'xero:org-2' })]);
		const first = await clients();
		expect(first).toMatchObject([
			{ client_id: 'xero:org-1', client_name: 'Harbour', industry: null },
			{ client_id: 'xero:org-2' },
		]);
		await target.load([about({ clientName: '' }), about({ externalId: 'xero:org-1' }, '2026-05-31')]);
		expect(await clients()).toEqual(first);
	});

	it('is renamed, and keeps the industry that the provider does not know', async () => {
		await target.load([about({ industry: 'Retail' })]);
		await target.load([about({ clientName: 'Harbour & Sons' })]);
		expect(await clients()).toMatchObject([{ client_name: 'Harbour & Sons', industry: 'Retail' }]);
	});

	it('a client without a name is named by its id', async () => {
		await target.load([about({ clientName: '' })]);
		expect(await clients()).toMatchObject([{ client_name: 'xero:org-1' }]);
	});

	it('is the one that the operator linked, whose name stays', async () => {
		await target.load([about({ externalId: 'company', clientName: 'Company' })]);
		await link('xero', 'org-1');
		await target.load([about({ clientName: 'Other name' }, '2026-05-31')]);
		expect(await clients()).toMatchObject([{ client_id: 'xero:company', client_name: 'Company' }]);
		const { rows } = await database.admin.query(
			'select count(*)::int from financials join client_kpis k on k.id = client_kpi_id where tenant_id = $1',
			[target.tenantId],
		);
		expect(rows).toEqual([{ count: 2 }]);
	});

	it('a client that another external id is linked to keeps one of two rows with the same key', async () => {
		await target.load([about({ externalId: 'company' }, '2020-01-31')]);
		await link('xero', 'a');
		const result = await target.load([about({ externalId: 'a' }), about({ externalId: 'company' })]);
		expect(countOutcomes(result)).toEqual({ deduplicated: 1, inserted: 1 });
	});

	it('has one link of a provider at most, and one of each other provider', async () => {
		await target.load([about({ externalId: 'company' })]);
		await link('xero', 'a');
		await link('hubspot', 'a');
		await expect(link('xero', 'b')).rejects.toMatchObject({ code: '23505' });
	});

	it('another tenant’s client with the same id stays as it is', async () => {
		await target.load([about({})]);
		const before = await clients();
		const other = await loadTarget(database, 'Southern Tools');
		await other.load([about({ clientName: 'Southern' })]);
		expect(await clients()).toEqual(before);
	});

	it('is found by its exact id among those of every provider', async () => {
		await target.load([about({})]);
		const upload = about({ clientId: 'xero:org-1', clientName: '' });
		const run = { tenantId: target.tenantId, provider: 'manual' };
		const syncRunId = await openRun(database.pool, run, holder());
		const rows = [{ ...upload, row: { ...upload.row, sourceSystem: 'manual' } }];
		await target.load(rows, { syncRunId, provider: 'manual', integrationId: null });
		expect(await clients()).toMatchObject([{ client_id: 'xero:org-1', client_name: 'Harbour' }]);
	});
});

describe('the other tables', () => {
	const origin = { stream: 'deals', accountId: 'portal-1' };
	const client = { externalId: 'portal-1', clientName: 'Portal', industry: null };

	it('take events of leads by their external id, to the microsecond and in any time zone', async () => {
		const event = (externalId: string, eventDate: string): LoadRow => ({
			...origin,
			recordId: 'deal-1',
			table: 'lead_events',
			client,
			row: {
				eventDate,
				leadId: 17,
				stage: 'Proposal',
				status: 'active',
				value: '',
				sourceSystem: 'hubspot',
				externalId,
			},
		});
		const rows = [event('1', '2026-06-30T09:30:00.123456+10:00'), event('2', '2026-06-30T09:30:00Z')];
		const hubspot = await loadTarget(database, 'Harbour Coffee', 'hubspot');
		expect((await hubspot.load(rows)).outcomes).toEqual(['inserted', 'inserted']);
		const same = [event('1', '2026-06-29T23:30:00.123456Z'), event('2', '2026-06-30T19:30:00.000+1000')];
		expect((await hubspot.load(same)).outcomes).toEqual(['unchanged', 'unchanged']);
		const refused = [event('', '2026-06-30T09:30:00'), { ...event('3', 'now'), row: { stage: 'x' } }];
		expect((await hubspot.load(refused)).outcomes).toEqual(['rejected', 'rejected']);
		const { rows: stored } = await database.admin.query(
			"select lead_id, value, to_char(event_date at time zone 'UTC', 'HH24:MI:SS.US') as at from lead_events order by external_id",
		);
		expect(stored).toEqual([
			{ lead_id: '17', value: null, at: '23:30:00.123456' },
			{ lead_id: '17', value: null, at: '09:30:00.000000' },
		]);
	});

	it('take metrics by name and day, in one chunk with rows of other tables', async () => {
		const metric = (recordDate: string, metricValue: string): LoadRow => ({
			...origin,
			stream: 'projects',
			recordId: 'project-1',
			table: 'custom_metrics',
			client,
			row: { metricName: 'throughput', metricValue, unit: 'tasks', recordDate, sourceSystem: 'xero' },
		});
		const rows = [
			metric('2026-06-30', '1.23456'),
			month('2026-06-30', '1.00'),
			metric('2026-06-30T00:00:00Z', '2'),
			metric('2026-06-29T10:00:00+10:00', '3'),
		];
		expect((await target.load(rows)).outcomes).toEqual(['deduplicated', 'inserted', 'inserted', 'inserted']);
		expect((await target.load([metric('2026-06-30', '2.00001')])).outcomes).toEqual(['unchanged']);
	});
});
