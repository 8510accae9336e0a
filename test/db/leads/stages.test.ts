import { afterAll, beforeAll, expect, it } from '@jest/globals';

import { knownStages } from '../../../db/leads/stages';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { insertOf, seedTenant } from '../../support/database/tenant-rows';

const place = { tenantId: 't1', provider: 'hubspot', accountId: '24101001' };

let database: TestDatabase;

/** A deal's entry into a stage. */
async function enter(
	tenant: string,
	stageId: string,
	stage: string,
	version: string,
	accountId = place.accountId,
) {
	const row = {
		id: `${tenant}-${stageId}-${stage}-${accountId}`,
		client_kpi_id: `${tenant}-client`,
		event_date: '2026-06-30T00:00:00Z',
		lead_id: '8',
		stage,
		status: 'passed',
		source_system: 'hubspot',
		external_id: `deal:8:${stageId}:${stage}:${accountId}`,
		metadata: JSON.stringify({ stageId, pipeline: 'Sales', _src: { accountId, version } }),
	};
	await database.admin.query(insertOf('public.lead_events', row));
}

beforeAll(async () => {
	database = await testDatabase();
	for (const tenant of ['t1', 't2']) await seedTenant(database.admin, tenant);
	await enter('t1', 'met', 'First Meeting', '2026-06-01T00:00:00.000Z');
	await enter('t1', 'met', 'Met', '2026-07-01T00:00:00.000Z');
	await enter('t1', 'met', 'stage:met', '2026-08-01T00:00:00.000Z');
	await enter('t1', 'met', 'Of another portal', '2026-09-01T00:00:00.000Z', '1');
	await enter('t1', 'lost-trace', 'stage:lost-trace', '2026-08-01T00:00:00.000Z');
	await enter('t2', 'met', 'Of another tenant', '2026-09-01T00:00:00.000Z');
});

afterAll(async () => {
	await database.close();
});

it('gives the label that a stage had last, of this account alone', async () => {
	expect(await knownStages(database.pool, place, ['met', 'lost-trace', 'never'])).toMatchObject([
		{ id: 'met', label: 'Met', metadata: { pipeline: 'Sales' } },
	]);
	expect(await knownStages(database.pool, place, ['lost-trace'])).toEqual([]);
});
