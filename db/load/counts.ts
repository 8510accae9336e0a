import type { StreamCounts } from '../runs/list';
import { orderChanges, type ChunkResult, type LoadChunk, type RowOutcome } from './chunk';

/** The number of rows and their outcomes; the outcomes add up to `produced`. */
export type RowTally = Record<'produced' | RowOutcome, number>;

export function emptyTally(): RowTally {
	return { produced: 0, inserted: 0, updated: 0, unchanged: 0, superseded: 0, deduplicated: 0, rejected: 0 };
}

/** Counts rows and their outcomes per key. */
export function tallyRows<Row, Key>(
	rows: readonly Row[],
	outcomes: readonly RowOutcome[],
	keyOf: (row: Row) => Key,
): Map<Key, RowTally> {
	const tallies = new Map<Key, RowTally>();
	rows.forEach((row, index) => {
		const key = keyOf(row);
		let tally = tallies.get(key);
		if (!tally) tallies.set(key, (tally = emptyTally()));
		tally.produced++;
		tally[outcomes[index]!]++;
	});
	return tallies;
}

const GIVEN_OF_RECORDS = ['extracted', 'normalised', 'skipped', 'rejected', 'filtered'] as const;

/** All other outcomes of rows are counted by the database. */
const GIVEN_OF_ROWS = ['produced', 'deduplicated'] as const;

/** The counts that nodes before the loader may report. */
export type GivenCounts = Partial<Record<(typeof GIVEN_OF_RECORDS)[number], number>> & {
	rows?: Partial<Record<(typeof GIVEN_OF_ROWS)[number], number>>;
};

/** More than any stream of one run holds. */
const MAX_COUNT = 1_000_000_000;

/** The counts of an untrusted STATE message: only known names with whole numbers are kept. */
export function parseCounts(given: unknown): GivenCounts {
	const rows = keepCounts(ownValue(given, 'rows'), GIVEN_OF_ROWS);
	return { ...keepCounts(given, GIVEN_OF_RECORDS), ...(Object.keys(rows).length > 0 && { rows }) };
}

function keepCounts<Name extends string>(
	given: unknown,
	names: readonly Name[],
): Partial<Record<Name, number>> {
	const counts = names
		.map((name) => [name, ownValue(given, name)] as const)
		.filter(([, value]) => isCount(value));
	return Object.fromEntries(counts) as Partial<Record<Name, number>>;
}

const ownValue = (given: unknown, name: string): unknown =>
	typeof given === 'object' && given !== null && Object.hasOwn(given, name)
		? (given as Record<string, unknown>)[name]
		: undefined;

const isCount = (value: unknown): value is number =>
	Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT;

/**
 * Adds the chunk's counts to the run's, by stream. If a STATE states how many rows its records gave, that number is
 * `produced`, however many arrived: a lost row must show as a sum that does not add up.
 */
export function addCounts(
	before: Record<string, unknown>,
	{ rows, deletions, states }: Pick<LoadChunk, 'rows' | 'deletions' | 'states'>,
	{ outcomes, aged }: Pick<ChunkResult, 'outcomes' | 'aged'>,
): Record<string, unknown> {
	const counts = new Map(Object.entries(before));
	for (const [stream, tally] of tallyRows(orderChanges({ rows, deletions }), outcomes, (row) => row.stream)) {
		addToSums(streamCounts(counts, stream).rows, tally);
	}
	for (const state of states) {
		const { stream, rowsArrived } = state;
		const { rows: { produced, deduplicated = 0 } = {}, ...records } = parseCounts(state.counts);
		const sums = streamCounts(counts, stream);
		addToSums(sums.records, records);
		if (deduplicated > 0) addToSums(sums.rows, { deduplicated });
		if (produced !== undefined) addToSums(sums.rows, { produced: produced - rowsArrived });
		// Not part of the sum: no row arrived for it.
		if (aged.has(state)) addToSums(sums.rows, { aged: aged.get(state)! });
	}
	return Object.fromEntries(counts);
}

function streamCounts(counts: Map<string, unknown>, stream: string): StreamCounts {
	const { records, rows } = (counts.get(stream) ?? {}) as Partial<StreamCounts>;
	const sums = { records: copySums(records), rows: copySums(rows) };
	counts.set(stream, sums);
	return sums;
}

/** Without a prototype, so that inherited names count as absent. */
const copySums = (before: Record<string, number> = {}): Record<string, number> =>
	Object.assign(Object.create(null) as Record<string, number>, before);

function addToSums(sums: Record<string, number>, more: Record<string, number>): void {
	for (const [name, value] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + value;
}
