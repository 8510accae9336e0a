import { beforeEach, describe, expect, it } from '@jest/globals';

import { getPool } from '../../../db/postgres/pool';
import type { LoadState } from '../../../db/load/input';
import { loadChunk } from '../../../db/load/load-chunk';
import { RunLostError } from '../../../db/load/run';
import { cuttingProxy } from '../../support/http/cutting-proxy';
import { useDatabase } from '../../support/database/use-database';
import {
	chunkFor,
	closeRuns,
	countsOf,
	days,
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

const state = (more: Partial<LoadState> = {}): LoadState => ({
	stream: 'monthlyFinancials',
	accountId: 'org-1',
	state: { lastFullAt: '2026-07-01T00:00:00Z' },
	counts: {},
	rowsArrived: 0,
	...more,
});

const statesOf = async () =>
	(
		await database.admin.query(
			'select account_id, stream, state, sync_run_id from etl.stream_states where integration_id = $1 order by 1, 2',
			[target.integrationId],
		)
	).rows;

describe('the run that rows belong to', () => {
	it('keeps the counts of each stream, and its lease is renewed', async () => {
		await database.admin.query(
			"update etl.sync_runs set lease_until = now() + interval '1 minute' where id = $1",
			[target.syncRunId],
		);
		const counts = { extracted: 3, normalised: 2, rejected: 1, rows: { produced: 2 } };
		await target.load([month('2026-05-31', '1.00')]);
		await target.load([month('2026-06-30', '1.00')], { states: [state({ counts, rowsArrived: 2 })] });
		expect(await countsOf(database, target.syncRunId)).toEqual({
			monthlyFinancials: {
				records: { extracted: 3, normalised: 2, rejected: 1 },
				rows: {
					produced: 2,
					inserted: 2,
					updated: 0,
					unchanged: 0,
					superseded: 0,
					deduplicated: 0,
					rejected: 0,
				},
			},
		});
		const { rows } = await database.admin.query(
			"select lease_until > now() + interval '14 minutes' as renewed from etl.sync_runs where id = $1",
			[target.syncRunId],
		);
		expect(rows).toEqual([{ renewed: true }]);
	});

	it('counts as produced what Transform made, so that a row lost on the way shows', async () => {
		const counts = { rows: { produced: 3 } };
		await target.load([month('2026-06-30', '1.00')], { states: [state({ counts, rowsArrived: 1 })] });
		expect(await countsOf(database, target.syncRunId)).toMatchObject({
			monthlyFinancials: { rows: { produced: 3, inserted: 1 } },
		});
	});

	it('a closed run takes nothing more', async () => {
		await closeRuns(database, target.integrationId);
		const load = target.load([month('2026-06-30', '1.00')], {
			states: [state()],
			rejected: [rejected('2026-05')],
		});
		await expect(load).rejects.toThrow(RunLostError);
		expect(await financialsOf(database, target.tenantId)).toEqual([]);
		expect(await statesOf()).toEqual([]);
		expect(await rejectionsOf(database, target.tenantId)).toEqual([]);
	});

	it('a run cannot be used to load into another tenant', async () => {
		const victim = await loadTarget(database, 'Southern Tools');
		const forged = { tenantId: victim.tenantId, syncRunId: target.syncRunId };
		await expect(target.load([month('2026-06-30', '1.00')], forged)).rejects.toThrow(RunLostError);
		const own = { tenantId: victim.tenantId, integrationId: target.integrationId };
		await expect(target.load([], { ...own, states: [state()] })).rejects.toThrow(RunLostError);
		expect(await financialsOf(database, victim.tenantId)).toEqual([]);
		const { rows } = await database.admin.query('select from client_kpis where tenant_id = $1', [
			victim.tenantId,
		]);
		expect(rows).toEqual([]);
	});

	it('cannot keep its state under the integration of another tenant', async () => {
		const victim = await loadTarget(database, 'Southern Tools');
		const forged = { integrationId: victim.integrationId, states: [state()] };
		await expect(target.load([], forged)).rejects.toThrow(RunLostError);
		expect(await statesOf()).toEqual([]);
	});

	it('a run of a tenant that does not exist takes nothing', async () => {
		const nobody = { tenantId: "nobody' or true --" };
		await expect(target.load([month('2026-06-30', '1.00')], nobody)).rejects.toThrow(RunLostError);
	});
});

describe('a state', () => {
	it('is committed with its rows, the last one of a stream and account stays', async () => {
		await target.load([month('2026-06-30', '1.00')], {
			states: [
				state({ state: { page: 1 } }),
				state({ state: { page: 9 }, accountId: 'org-2' }),
				state({ state: { page: 2 } }),
			],
		});
		const stored = (account: string, page: number) => ({
			account_id: account,
			stream: 'monthlyFinancials',
			state: { page },
			sync_run_id: target.syncRunId,
		});
		expect(await statesOf()).toEqual([stored('org-1', 2), stored('org-2', 9)]);
	});

	it('takes its rows back with it when it is too large to keep: it never runs ahead of the data', async () => {
		const states = [state({ state: { ids: 'x'.repeat(2_000) } })];
		await expect(target.load([month('2026-06-30', '1.00')], { states })).rejects.toMatchObject({
			code: '23514',
		});
		expect(await financialsOf(database, target.tenantId)).toEqual([]);
		expect(await countsOf(database, target.syncRunId)).toEqual({});
	});
});

describe('a connection that breaks', () => {
	it('counts the chunk once when the commit succeeded and its reply was lost', async () => {
		const proxy = await cuttingProxy(database.settings.port, 'commit');
		const pool = getPool({ ...database.settings, port: proxy.port });
		try {
			const { outcomes } = await loadChunk(pool, chunkOf(days(20)));
			expect(proxy.cuts).toBe(1);
			expect(new Set(outcomes)).toEqual(new Set(['inserted']));
			expect(await countsOf(database, target.syncRunId)).toMatchObject({
				monthlyFinancials: { records: { extracted: 20 }, rows: { produced: 20, inserted: 20, unchanged: 0 } },
			});
		} finally {
			await pool.end();
			await proxy.close();
		}
	});

	it('reports what was stored when the run was closed right after that commit', async () => {
		const proxy = await cuttingProxy(database.settings.port, 'commit');
		const pool = getPool({ ...database.settings, port: proxy.port });
		try {
			const loading = loadChunk(pool, chunkOf(days(5)));
			while (proxy.cuts === 0) await new Promise((resolve) => setTimeout(resolve, 2));
			await closeRuns(database, target.integrationId);
			expect((await loading).outcomes).toEqual(new Array(5).fill('inserted'));
		} finally {
			await pool.end();
			await proxy.close();
		}
	});

	it('loads everything in the next attempt when nothing was committed', async () => {
		const proxy = await cuttingProxy(database.settings.port, 'release savepoint part', 2);
		const pool = getPool({ ...database.settings, port: proxy.port });
		try {
			const { outcomes } = await loadChunk(pool, chunkOf(days(20)));
			expect(proxy.cuts).toBe(2);
			expect(outcomes).toEqual(new Array(20).fill('inserted'));
			expect(await financialsOf(database, target.tenantId)).toHaveLength(20);
		} finally {
			await pool.end();
			await proxy.close();
		}
	});

	const chunkOf = (rows: ReturnType<typeof days>) => ({
		...chunkFor(target, rows),
		states: [state({ counts: { extracted: rows.length }, rowsArrived: rows.length })],
	});
});

describe('two loads at once', () => {
	it('loads of the same keys in opposite order end in the same table, without an error', async () => {
		const other = await otherRun();
		const rows = days(400);
		for (let round = 0; round < 10; round++) {
			const revenue = (row: (typeof rows)[number], by: number) => ({
				...row,
				row: { ...row.row, cashFlow: `${round * 2 + by}.00` },
			});
			const results = await Promise.all([
				target.load(rows.map((row) => revenue(row, 0))),
				target.load(rows.map((row) => revenue(row, 1)).reverse(), { syncRunId: other, integrationId: null }),
			]);
			for (const { outcomes } of results) expect(outcomes).not.toContain('rejected');
			const { rows: values } = await database.admin.query<{ count: number; values: number }>(
				'select count(*)::int, count(distinct cash_flow)::int as values from financials f join client_kpis k on k.id = f.client_kpi_id where tenant_id = $1',
				[target.tenantId],
			);
			expect(values).toEqual([{ count: 400, values: 1 }]);
		}
	});

	it('loads of an older and a newer copy leave the newer one, whichever commits last', async () => {
		const other = await otherRun();
		const rows = days(100);
		const at = (version: string, cashFlow: string) =>
			rows.map((row) => month(String(row.row.recordDate), '1.00', { version, row: { cashFlow } }));
		for (let round = 1; round <= 10; round++) {
			const hour = String(round).padStart(2, '0');
			await Promise.all([
				target.load(at(`2026-07-01T${hour}:30:00Z`, `${round}.50`)),
				target.load(at(`2026-07-01T${hour}:00:00Z`, `${round}.00`), {
					syncRunId: other,
					integrationId: null,
				}),
			]);
			const { rows: values } = await database.admin.query(
				'select distinct cash_flow::text from financials f join client_kpis k on k.id = f.client_kpi_id where tenant_id = $1',
				[target.tenantId],
			);
			expect(values).toEqual([{ cash_flow: `${round}.50` }]);
		}
	});

	async function otherRun(): Promise<string> {
		const id = `upload-of-${target.tenantId}`;
		await database.admin.query(
			"insert into etl.sync_runs (id, tenant_id, provider, execution_id) values ($1, $2, 'xero', $3)",
			[id, target.tenantId, EXECUTION],
		);
		return id;
	}
});
