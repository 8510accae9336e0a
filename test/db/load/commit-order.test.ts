import { setTimeout as sleep } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from '@jest/globals';

import { getPool } from '../../../db/postgres/pool';
import type { ChunkResult, LoadChunk } from '../../../db/load/chunk';
import type { LoadRow } from '../../../db/load/input';
import { loadChunk } from '../../../db/load/load-chunk';
import { RunLostError } from '../../../db/load/run';
import { CommitTurn } from '../../../db/load/commit-order';
import { cuttingProxy } from '../../support/http/cutting-proxy';
import { useDatabase } from '../../support/database/use-database';
import {
	chunkFor,
	closeRuns,
	countsOf,
	financialsOf,
	loadTarget,
	month,
	rejected,
	rejectionsOf,
	type LoadTarget,
} from '../../support/database/loading';
import { EXECUTION } from '../../support/database/run-holder';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	target = await loadTarget(database);
});

/** Begins to load chunks of the target's run, each while the one before it is being stored. */
function loadAtOnce(
	chunks: Array<LoadRow[] | Partial<LoadChunk>>,
	{ pool = database.pool, syncRunId = target.syncRunId, patienceMs = 60_000 } = {},
): Array<Promise<ChunkResult>> {
	const integrationId = syncRunId === target.syncRunId ? target.integrationId : null;
	let turn: CommitTurn | undefined;
	return chunks.map((chunk) => {
		turn = new CommitTurn(turn, patienceMs);
		const rows = Array.isArray(chunk) ? chunk : [];
		const more = Array.isArray(chunk) ? {} : chunk;
		const load = loadChunk(pool, { ...chunkFor(target, rows), syncRunId, integrationId, ...more }, { turn });
		load.catch(() => undefined);
		return load;
	});
}

const day = (number: number, revenue: string): LoadRow =>
	month(`2026-06-${String(number).padStart(2, '0')}`, revenue, { recordId: `day-${number}` });

const revenues = async () =>
	(await financialsOf(database, target.tenantId)).map((row) => `${row.day.slice(8)}: ${row.revenue}`);

/** Holds days of the target back from everybody else. */
async function hold(days: number[]): Promise<{ letGo: () => Promise<void> }> {
	const client = await database.admin.connect();
	await client.query('begin');
	const { rowCount } = await client.query(
		`select from financials f join client_kpis k on k.id = f.client_kpi_id
		where k.tenant_id = $1 and extract(day from f.record_date) = any ($2) for update of f`,
		[target.tenantId, days],
	);
	expect(rowCount).toBe(days.length);
	return {
		letGo: async () => {
			await client.query('rollback');
			client.release();
		},
	};
}

/** Waits until so many chunks have written their rows and wait for no lock. */
async function untilWaiting(count: number): Promise<void> {
	for (;;) {
		const { rows } = await database.admin.query<{ count: number }>(
			`select count(*)::int from pg_stat_activity
			where datname = current_database() and application_name = 'zixly' and state = 'idle in transaction'
				and query = 'release savepoint part' and state_change < clock_timestamp() - interval '20 ms'`,
		);
		if (rows[0]!.count >= count) return;
		await sleep(5);
	}
}

const awaitOutcomes = async (loads: Array<Promise<ChunkResult>>) =>
	(await Promise.all(loads)).map(({ outcomes }) => outcomes);

describe('two chunks of a run at once', () => {
	it('are written at the same time, and committed in their order', async () => {
		await target.load([day(1, '1.00')]);
		const held = await hold([1]);
		const loads = loadAtOnce([[day(1, '2.00')], [day(2, '2.00')]]);
		await untilWaiting(1);
		expect(await revenues()).toEqual(['01: 1.00']);
		await held.letGo();
		expect(await awaitOutcomes(loads)).toEqual([['updated'], ['inserted']]);
		expect(await revenues()).toEqual(['01: 2.00', '02: 2.00']);
		expect(await countsOf(database, target.syncRunId)).toMatchObject({
			monthlyFinancials: { rows: { produced: 3, inserted: 2, updated: 1 } },
		});
	});

	it('two chunks with a row of the same key leave the later row', async () => {
		await target.load([day(1, '1.00'), day(30, '1.00')]);
		const held = await hold([1]);
		const loads = loadAtOnce([[day(1, '2.00'), day(30, '2.00')], [day(30, '3.00')]]);
		await untilWaiting(1);
		await held.letGo();
		expect(await awaitOutcomes(loads)).toEqual([['updated', 'updated'], ['updated']]);
		expect(await revenues()).toEqual(['01: 2.00', '30: 3.00']);
	});

	it('are both not stored when the run is closed while they are written', async () => {
		await target.load([day(1, '1.00')]);
		const held = await hold([1]);
		const loads = loadAtOnce([[day(1, '2.00')], [day(2, '2.00')], { rejected: [rejected('3')] }]);
		await untilWaiting(1);
		await closeRuns(database, target.integrationId);
		await held.letGo();
		for (const load of loads) await expect(load).rejects.toThrow(RunLostError);
		expect(await revenues()).toEqual(['01: 1.00']);
		expect(await rejectionsOf(database, target.tenantId)).toEqual([]);
	});

	it('are both not stored when the first cannot be: a state never runs ahead', async () => {
		const state = { ...day(1, '0'), state: { ids: 'x'.repeat(2_000) }, counts: {}, rowsArrived: 0 };
		const loads = loadAtOnce([{ states: [state] }, [day(2, '2.00')]]);
		for (const load of loads) await expect(load).rejects.toMatchObject({ code: '23514' });
		expect(await revenues()).toEqual([]);
	});

	it('resolve with a good copy what the chunk before rejects', async () => {
		const bad = { rejected: [rejected('day-1')] };
		await awaitOutcomes(loadAtOnce([bad, [day(1, '1.00')]]));
		expect(await rejectionsOf(database, target.tenantId)).toMatchObject([{ resolved: true }]);
	});

	it('need one connection only where there is no more', async () => {
		const pool = getPool({ ...database.settings, maxConnections: 1 });
		const loads = loadAtOnce([[day(1, '1.00')], [day(2, '1.00')], [day(1, '2.00')]], { pool });
		expect(await awaitOutcomes(loads)).toEqual([['inserted'], ['inserted'], ['updated']]);
		await pool.end();
	});

	it.each(['commit', 'release savepoint part'])(
		'count once when a connection is cut at %s',
		async (statement) => {
			const proxy = await cuttingProxy(database.settings.port, statement, 2);
			const pool = getPool({ ...database.settings, port: proxy.port });
			const loads = loadAtOnce([[day(1, '1.00')], [day(2, '1.00')], [day(3, '1.00')]], { pool });
			expect(await awaitOutcomes(loads)).toEqual([['inserted'], ['inserted'], ['inserted']]);
			expect(proxy.cuts).toBe(2);
			expect(await countsOf(database, target.syncRunId)).toMatchObject({
				monthlyFinancials: { rows: { produced: 3, inserted: 3 } },
			});
			await pool.end();
			await proxy.close();
		},
	);

	it('let each other go where two runs hold what the other waits for', async () => {
		await target.load([1, 2, 3, 4].map((number) => day(number, '1.00')));
		const other = await database.admin.query<{ id: string }>(
			"insert into etl.sync_runs (id, tenant_id, integration_id, provider, execution_id) values ('other-of-' || $1, $1, $2, 'xero', $3) returning id",
			[target.tenantId, null, EXECUTION],
		);
		const held = await hold([1, 2]);
		const patience = { patienceMs: 300 };
		const loads = [
			...loadAtOnce([[day(1, '2.00'), day(3, '2.00')], [day(4, '2.00')]], patience),
			...loadAtOnce([[day(2, '3.00'), day(4, '3.00')], [day(3, '3.00')]], {
				...patience,
				syncRunId: other.rows[0]!.id,
			}),
		];
		await untilWaiting(2);
		await held.letGo();
		expect(new Set((await awaitOutcomes(loads)).flat())).toEqual(new Set(['updated']));
	});
});
