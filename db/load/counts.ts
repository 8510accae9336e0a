import type { StreamCounts } from '../sync-runs';
import { arrivalsOf, type ChunkResult, type LoadChunk, type RowFate } from './chunk';

/** How many rows came, and how many met which fate; the fates add up to `produced`. */
export type RowTally = Record<'produced' | RowFate, number>;

export function emptyTally(): RowTally {
	return { produced: 0, inserted: 0, updated: 0, unchanged: 0, superseded: 0, deduplicated: 0, rejected: 0 };
}

/** Counts rows by what `keyOf` says of them. */
export function tallyRows<Row, Key>(
	rows: readonly Row[],
	fates: readonly RowFate[],
	keyOf: (row: Row) => Key,
): Map<Key, RowTally> {
	const tallies = new Map<Key, RowTally>();
	rows.forEach((row, index) => {
		const key = keyOf(row);
		let tally = tallies.get(key);
		if (!tally) tallies.set(key, (tally = emptyTally()));
		tally.produced++;
		tally[fates[index]!]++;
	});
	return tallies;
}

/**
 * The run's counts with the chunk's added, by stream. Where a STATE says how many rows its records gave, that is
 * `produced`, however many arrived: a row lost on the way must show as a sum that does not add up.
 */
export function addCounts(
	before: Record<string, unknown>,
	{ rows, deletions, states }: Pick<LoadChunk, 'rows' | 'deletions' | 'states'>,
	{ fates, aged }: Pick<ChunkResult, 'fates' | 'aged'>,
): Record<string, unknown> {
	const counts = new Map(Object.entries(before));
	for (const [stream, tally] of tallyRows(arrivalsOf({ rows, deletions }), fates, (row) => row.stream)) {
		add(streamCounts(counts, stream).rows, tally);
	}
	for (const state of states) {
		const { stream, counts: given, rowsArrived } = state;
		const { rows: ofRows, ...records } = given;
		const { produced, ...otherFates } = (ofRows ?? {}) as Record<string, unknown>;
		const sums = streamCounts(counts, stream);
		add(sums.records, records);
		add(sums.rows, otherFates);
		if (typeof produced === 'number') add(sums.rows, { produced: produced - rowsArrived });
		// Beside the fates: no row came for it.
		if (aged.has(state)) add(sums.rows, { aged: aged.get(state) });
	}
	return Object.fromEntries(counts);
}

function streamCounts(counts: Map<string, unknown>, stream: string): StreamCounts {
	const { records = {}, rows = {} } = (counts.get(stream) ?? {}) as Partial<StreamCounts>;
	const sums = { records: { ...records }, rows: { ...rows } };
	counts.set(stream, sums);
	return sums;
}

function add(sums: Record<string, number>, more: Record<string, unknown>): void {
	for (const [name, value] of Object.entries(more)) {
		if (typeof value === 'number' && Number.isFinite(value)) sums[name] = (sums[name] ?? 0) + value;
	}
}
