import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { generateKey } from '../../db/vault/key-ring';
import { createTenant } from '../../db/integrations/tenants';
import { startSandbox, type Sandbox } from '../sandbox';
import { bookedRuns, imbalances, rowVersions } from '../support/database/stored';
import { bundledWorkflow } from '../support/checkout';
import { bundledCredentials, type StoredCredential } from '../support/n8n/credentials';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { closeEngine, runWorkflow } from '../support/n8n/engine';
import { uploadWorkflow } from '../support/n8n/upload-workflow';

let database: TestDatabase;
let sandbox: Sandbox;
let credentials: StoredCredential[];
let tenantId: string;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox();
	const { id, key } = generateKey();
	const ring = { activeKeyId: id, activeKey: key };
	credentials = bundledCredentials({ database: database.settings, key: ring, sandbox });
	({ id: tenantId } = await createTenant(database.pool, { name: 'Harbour Group' }));
});
afterAll(async () => {
	await closeEngine();
	await sandbox.close();
	await database.close();
});

async function load(rows: object[], parameters: object = {}) {
	const file = uploadWorkflow(tenantId, parameters);
	const run = await runWorkflow(file, { credentials, input: rows as never[] });
	expect(run.error).toBeUndefined();
	const [booked] = await bookedRuns(database.admin, run.executionId);
	return { ...run, booked: booked! };
}

const row = (more: object = {}) => ({
	'Client ID': 'ACME',
	Metric: 'Visitors',
	Value: '12',
	Date: '2026-06-30',
	...more,
});

async function stored(): Promise<string[]> {
	const { rows } = await database.admin.query<{ line: string }>(
		`select concat_ws(' ', k.client_id, k.client_name, m.metric_name, m.metric_value, to_char(m.record_date at time zone 'UTC', 'YYYY-MM-DD HH24:MI')) as line
		from custom_metrics m join client_kpis k on k.id = m.client_kpi_id order by 1`,
	);
	return rows.map(({ line }) => line);
}

describe('rows of any node as custom metrics, in n8n’s engine', () => {
	it('land, are counted to the last one, and the run closes', async () => {
		const { booked, items } = await load([
			row(),
			{},
			row({ Value: '13' }),
			row({ Metric: 'Broken', Value: 'thirteen' }),
			row({ Date: '2026-07-01' }),
			{ Client: 'Bäckerei "Süß"', kpi: 'Umsatz', amount: '1,000.5', day: '2026-06-30' },
		]);
		expect(await stored()).toEqual([
			'ACME ACME Visitors 12.0000 2026-07-01 00:00',
			'ACME ACME Visitors 13.0000 2026-06-30 00:00',
			'manual:Bäckerei "Süß" Bäckerei "Süß" Umsatz 1000.5000 2026-06-30 00:00',
		]);
		expect(booked).toMatchObject({
			provider: 'manual',
			status: 'partial',
			records: { extracted: 6, normalised: 4, skipped: 1, rejected: 1, filtered: 0 },
			rows: { produced: 4, inserted: 3, deduplicated: 1, rejected: 0 },
		});
		expect(imbalances(booked)).toEqual([]);
		expect(items('Transform', 1)).toMatchObject([
			{ type: 'REJECTED', record: { line: 5 }, reason: { code: 'not_a_number' } },
		]);
	});

	it('change nothing the second time', async () => {
		const before = await rowVersions(database.admin);
		const { booked } = await load([row({ Value: '13' }), row({ Date: '2026-07-01' })]);
		expect(booked.rows).toMatchObject({ produced: 2, inserted: 0, updated: 0, unchanged: 2 });
		expect(await rowVersions(database.admin)).toEqual(before);
	});

	it('replayed rejections are read in the same way', async () => {
		const replay = await runWorkflow(bundledWorkflow('zixly-replay-rejected'), { credentials });
		expect(replay.error).toBeUndefined();
		const open =
			'select record_id, reason_code, attempts from etl.rejected_records where resolved_at is null';
		expect((await database.admin.query(open)).rows).toEqual([
			{ record_id: 'ACME | Broken | 2026-06-30', reason_code: 'not_a_number', attempts: 2 },
		]);
	});

	it('stand beside the figures of the client that they name, whose name stays', async () => {
		await database.admin.query(
			`insert into client_kpis (id, tenant_id, client_id, client_name) values ('synced', $1, 'xero:1', 'Synced Pty Ltd')`,
			[tenantId],
		);
		await load([row({ 'Client ID': 'xero:1' })]);
		expect(await stored()).toContain('xero:1 Synced Pty Ltd Visitors 12.0000 2026-06-30 00:00');
	});

	it('belong to the tenant of each item where that is an expression', async () => {
		const { id: other } = await createTenant(database.pool, { name: 'Southern Group' });
		const rows = [row({ owner: tenantId, Metric: 'Own' }), row({ owner: other, Metric: 'Own' })];
		const expression = { tenantId: { __rl: true, mode: 'id', value: '={{ $json.owner }}' } };
		await load(rows, expression);
		const { rows: owners } = await database.admin.query(
			`select k.tenant_id as owner from custom_metrics m join client_kpis k on k.id = m.client_kpi_id
			where m.metric_name = 'Own' order by m.created_at`,
		);
		expect(owners.map(({ owner }: { owner: string }) => owner).sort()).toEqual([tenantId, other].sort());
	});

	it('are read by an expression on another node only once, whatever their number', async () => {
		const rows = Array.from({ length: 3_000 }, (_, index) => row({ Metric: `M${index}`, owner: tenantId }));
		const tenant = { __rl: true, mode: 'id', value: "={{ $('Rows').first().json.owner }}" };
		const { booked, parameterReads } = await load(rows, { tenantId: tenant });
		expect(booked.rows.inserted).toBe(3_000);
		expect(parameterReads).toBeLessThan(500);
	});

	it.each([
		[{ numberFormat: '1234' }, /Number Format "1234"/],
		[{ dateFormat: 'today' }, /Date Format "today"/],
		[{ stream: 'deals' }, /"deals" of Upload is unknown/],
		[{ tenantId: { __rl: true, mode: 'id', value: '={{ $json.nothing }}' } }, /no tenant/],
	])('stop where the node is set up wrongly: %j', async (parameters, message) => {
		const run = await runWorkflow(uploadWorkflow(tenantId, parameters), { credentials, input: [row()] });
		expect(run.error?.message).toMatch(message);
	});
});
