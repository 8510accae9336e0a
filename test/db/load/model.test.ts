import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from '@jest/globals';

import type { ChunkResult, RowOutcome } from '../../../db/load/chunk';
import type { LoadRow } from '../../../db/load/input';
import { loadChunk } from '../../../db/load/load-chunk';
import { CommitTurn } from '../../../db/load/commit-order';
import { useDatabase } from '../../support/database/use-database';
import {
	chunkFor,
	countsOf,
	days,
	financialsOf,
	loadTarget,
	month,
	rejectionsOf,
	type LoadTarget,
} from '../../support/database/loading';

const database = useDatabase();

/** Numbers from 0 to `below`, the same ones in every run of the test. */
function dice(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		return (state >>> 8) % below;
	};
}

/** What the table should hold, worked out one row at a time. */
class Model {
	readonly rows = new Map<string, { revenue: string; version: string | null }>();

	load(chunk: LoadRow[]): RowOutcome[] {
		const outcomes: RowOutcome[] = chunk.map(() => 'rejected');
		const best = new Map<string, number>();
		chunk.forEach((row, index) => {
			if (row.row.revenue === 'bad' || row.row.netProfit !== row.row.revenue) return;
			const other = best.get(keyOf(row));
			if (other !== undefined && isOlder(versionOf(row), versionOf(chunk[other]!)))
				outcomes[index] = 'deduplicated';
			else {
				if (other !== undefined) outcomes[other] = 'deduplicated';
				best.set(keyOf(row), index);
			}
		});
		for (const [key, index] of best) outcomes[index] = this.store(key, chunk[index]!);
		return outcomes;
	}

	private store(key: string, row: LoadRow): RowOutcome {
		const stored = this.rows.get(key);
		const revenue = Number(row.row.revenue).toFixed(2);
		if (stored?.revenue === revenue) return 'unchanged';
		if (stored && isOlder(versionOf(row), stored.version)) return 'superseded';
		this.rows.set(key, { revenue, version: versionOf(row) });
		return stored ? 'updated' : 'inserted';
	}
}

const keyOf = ({ accountId, row }: LoadRow): string =>
	`xero:${accountId} ${String(row.recordDate)} ${String(row.sourceSystem ?? 'xero')}`;
const versionOf = ({ row }: LoadRow): string | null =>
	(row.metadata as { _src: { version: string | null } })._src.version;
const isOlder = (one: string | null, other: string | null): boolean =>
	one !== null && other !== null && one < other;

function randomRow(roll: (below: number) => number): LoadRow {
	const day = `2026-06-${String(1 + roll(20)).padStart(2, '0')}`;
	const revenue = roll(12) === 0 ? 'bad' : String(roll(4));
	const version = roll(3) === 0 ? null : `2026-07-0${1 + roll(5)}T00:00:00.000Z`;
	const row: Record<string, unknown> = { sourceSystem: roll(4) === 0 ? null : 'xero' };
	if (roll(15) === 0) row.netProfit = '777';
	return month(day, revenue, { account: `org-${roll(3)}`, version, row });
}

/** Chunks of one run: each alone, or each begun while the one before it is stored. */
async function loadChunks(
	target: LoadTarget,
	chunks: LoadRow[][],
	way: 'one at a time' | 'two at once',
): Promise<RowOutcome[][]> {
	const loads: Array<Promise<ChunkResult>> = [];
	let turn: CommitTurn | undefined;
	for (const rows of chunks) {
		turn = new CommitTurn(turn);
		loads.push(loadChunk(database.pool, chunkFor(target, rows), { turn }));
		await loads.at(way === 'two at once' ? -2 : -1);
	}
	return (await Promise.all(loads)).map(({ outcomes }) => outcomes);
}

describe.each(['one at a time', 'two at once'] as const)('any rows in any chunks, %s,', (way) => {
	it.each([1, 2, 3])('end as one row at a time would, seed %i, and every count is true', async (seed) => {
		const target = await loadTarget(database);
		const model = new Model();
		const roll = dice(seed);
		const sums: Record<string, number> = {};
		const chunks = Array.from({ length: 30 }, (_, index) =>
			Array.from({ length: 1 + roll(index % 3 === 0 ? 40 : 4) }, () => randomRow(roll)),
		);
		for (const [index, outcomes] of (await loadChunks(target, chunks, way)).entries()) {
			const rows = chunks[index]!;
			expect(outcomes).toEqual(model.load(rows));
			for (const outcome of ['produced', ...outcomes])
				sums[outcome] = (sums[outcome] ?? 0) + (outcome === 'produced' ? rows.length : 1);
		}
		const stored = await financialsOf(database, target.tenantId);
		expect(new Map(stored.map((row) => [`${row.client} ${row.day} ${row.source}`, row.revenue]))).toEqual(
			new Map([...model.rows].map(([key, { revenue }]) => [key, revenue])),
		);
		expect(await countsOf(database, target.syncRunId)).toEqual({
			monthlyFinancials: { records: {}, rows: sums },
		});
		expect(stored).toHaveLength(sums.inserted!);
		expect(await rejectionsOf(database, target.tenantId)).not.toEqual([]);
	});
});

describe('memory', () => {
	it('stays flat however many rows are loaded in chunks', async () => {
		const target = await loadTarget(database);
		const heap: number[] = [];
		for (let chunk = 0; chunk < 20; chunk++) {
			await target.load(days(1_000, `org-${chunk}`));
			heap.push(usedHeap());
		}
		const megabytes = (heap[19]! - heap[4]!) / 2 ** 20;
		expect(megabytes).toBeLessThan(4);
		expect(await financialsOf(database, target.tenantId)).toHaveLength(20_000);
	});
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usedHeap(): number {
	collectGarbage();
	return process.memoryUsage().heapUsed;
}
