import { describe, expect, it } from '@jest/globals';

import type { LoadDeletion, LoadRow } from '../../../db/load/input';
import { useDatabase } from '../../support/database/use-database';
import { countOutcomes, loadTarget, type LoadTarget } from '../../support/database/loading';
import { normalised, project, task } from '../../unit/providers/asana/records';

const database = useDatabase();

const ORIGIN = { provider: 'asana', stream: 'projects', accountId: '1201', recordId: '1208888888888888881' };

/** Reads the project at an instant, loads what comes of it, and gives what is stored of its delivery. */
async function sync(target: LoadTarget, record: Record<string, unknown>, now: string): Promise<string[]> {
	const { rows, deletions = [] } = normalised(record, { now, timezone: 'Australia/Sydney' });
	const _src = { recordId: ORIGIN.recordId, stream: 'projects', accountId: '1201', syncRunId: 'run' };
	const loaded = rows.map(
		({ table, client, row }): LoadRow => ({
			...ORIGIN,
			...{ table, client },
			row: { ...row, metadata: { ...row.metadata, _src } },
		}),
	);
	const gone = deletions.map((one): LoadDeletion => ({ ...ORIGIN, ...one }));
	const outcomes = countOutcomes(await target.load(loaded, { deletions: gone }));
	expect(outcomes.rejected).toBeUndefined();
	const stored = await database.admin.query<{ line: string }>(
		`select concat_ws(' ', m.metric_name, to_char(m.record_date at time zone 'UTC', 'YYYY-MM-DD'), m.metric_value) as line
		from custom_metrics m join client_kpis k on k.id = m.client_kpi_id
		where k.tenant_id = $1 and m.metric_name like 'project%' order by m.record_date, m.metric_name`,
		[target.tenantId],
	);
	return stored.rows.map(({ line }) => line);
}

const done = (gid: string, created_at: string, completed_at: string | null) =>
	task({ gid, created_at, completed_at });
const FIRST = '2026-06-01T00:00:00.000Z';
const SECOND = '2026-08-31T00:00:00.000Z';
const made = { created_at: FIRST };

describe('a metric that a project has once at most', () => {
	it('goes when the project is opened again, however long ago it was completed', async () => {
		const target = await loadTarget(database, 'Opened again', 'asana');
		const first = project([done('1', FIRST, '2026-06-20T02:00:00.000Z')], made);
		const delivered = ['project_delivery_days 2026-06-20 19.0000'];
		expect(await sync(target, first, '2026-06-30T02:00:00.000Z')).toEqual(delivered);
		expect(await sync(target, first, '2026-08-30T02:00:00.000Z')).toEqual(delivered);
		const open = project([done('1', FIRST, null), done('2', SECOND, null)], made);
		expect(await sync(target, open, '2026-09-01T02:00:00.000Z')).toEqual([]);
		const both = project(
			[done('1', FIRST, '2026-09-09T02:00:00.000Z'), done('2', SECOND, '2026-09-10T02:00:00.000Z')],
			made,
		);
		expect(await sync(target, both, '2026-09-11T02:00:00.000Z')).toEqual([
			'project_delivery_days 2026-09-10 101.0000',
		]);
	});

	it('has one day, also where that changes, and no variance without a due date', async () => {
		const target = await loadTarget(database, 'Another day', 'asana');
		const completed = (completed_at: string, due_on: string | null) =>
			project([], { ...made, completed_at, due_on });
		expect(
			await sync(target, completed('2026-06-20T02:00:00.000Z', '2026-06-18'), '2026-06-30T02:00:00.000Z'),
		).toEqual([
			'project_delivery_days 2026-06-20 19.0000',
			'project_schedule_variance_days 2026-06-20 2.0000',
		]);
		expect(
			await sync(target, completed('2026-09-01T02:00:00.000Z', null), '2026-09-02T02:00:00.000Z'),
		).toEqual(['project_delivery_days 2026-09-01 92.0000']);
	});

	it('moves with its value to a day that is not computed again, and is not made up there', async () => {
		const target = await loadTarget(database, 'Long ago', 'asana');
		const completed = (completed_at: string, due_on: string | null = '2026-06-18') =>
			project([], { ...made, completed_at, due_on });
		const [soon, later] = ['2026-08-20T02:00:00.000Z', '2026-08-31T02:00:00.000Z'];
		const ancient = completed('2026-06-20T02:00:00.000Z');
		expect(await sync(target, ancient, later)).toEqual([]);
		expect(await sync(target, completed(soon), later)).toEqual([
			'project_delivery_days 2026-08-20 80.0000',
			'project_schedule_variance_days 2026-08-20 63.0000',
		]);
		const moved = [
			'project_delivery_days 2026-06-20 19.0000',
			'project_schedule_variance_days 2026-06-20 2.0000',
		];
		for (let run = 0; run < 2; run++) expect(await sync(target, ancient, later)).toEqual(moved);
		expect(await sync(target, completed('2026-06-20T02:00:00.000Z', null), later)).toEqual([moved[0]]);
		// By its tasks, whose last one was earlier still.
		const derived = project([done('1', FIRST, '2026-06-11T02:00:00.000Z')], made);
		expect(await sync(target, derived, later)).toEqual(['project_delivery_days 2026-06-11 10.0000']);
		const { rows } = await database.admin.query<{ metadata: object }>(
			`select m.metadata - '_src' as metadata from custom_metrics m join client_kpis k on k.id = m.client_kpi_id
			where k.tenant_id = $1 and m.metric_name = 'project_delivery_days'`,
			[target.tenantId],
		);
		expect(rows).toEqual([{ metadata: { derived: true } }]);
	});

	it('is that of the project and of Asana alone', async () => {
		const target = await loadTarget(database, 'Others', 'asana');
		const record = (gid: string, completed_at: string | null) => project([], { ...made, gid, completed_at });
		await sync(target, record('11', '2026-06-20T02:00:00.000Z'), '2026-06-30T02:00:00.000Z');
		const own = {
			metricName: 'project_delivery_days',
			metricValue: '7',
			recordDate: FIRST,
			sourceSystem: 'own',
		};
		const client = { externalId: '', clientId: 'asana:11', clientName: null, industry: null };
		await target.loadAs('own', [{ ...ORIGIN, table: 'custom_metrics', client, row: own }]);
		expect(await sync(target, record('12', null), '2026-09-01T02:00:00.000Z')).toHaveLength(2);
		expect(await sync(target, record('11', null), '2026-09-01T02:00:00.000Z')).toEqual([
			'project_delivery_days 2026-06-01 7.0000',
		]);
	});
});
