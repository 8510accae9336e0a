import type { Pool } from 'pg';

import { cancelSignal } from '../postgres/cancellation';
import { ExplainedError } from '../postgres/explained-error';
import { retryAsWorker } from '../postgres/retries';

/** How many days each kind is kept after it has ended. */
export interface RetentionDays {
	/** Runs, except the open and the latest one of each connection and those that states or open records name. */
	runs: number;
	/** Rejected records, from when they were loaded; open ones stay. */
	rejectedRecords: number;
	/** What happened to connections. */
	timeline: number;
	/** Links to the connect pages and the consents begun with them, from when they have expired. */
	links: number;
}

/** The number of deleted rows by kind. */
export interface Pruned {
	runs: number;
	rejectedRecords: number;
	timeline: number;
	states: number;
	links: number;
	/** Whether old rows remain because of the bound on one call. */
	hasMore: boolean;
}

/** Rows in one transaction: its locks are held for a fraction of a second. */
const BATCH = 1_000;
/** Per kind and call; the next one goes on. */
const MAX_BATCHES = 1_000;
const MAX_DAYS = 36_500;

/**
 * Deletes what has been finished with for longer than it is kept, in small transactions. Safe to stop and to repeat.
 * @throws Error if a number of days is not within 1 and 36,500
 */
export async function prune(pool: Pool, days: RetentionDays): Promise<Pruned> {
	for (const [kind, kept] of Object.entries(days)) assertDays(kind, kept as number);
	const pruned: Pruned = { runs: 0, rejectedRecords: 0, timeline: 0, states: 0, links: 0, hasMore: false };
	// States before the links that they belong to.
	const kept = { ...days, states: days.links };
	for (const kind of ['rejectedRecords', 'runs', 'timeline', 'states', 'links'] as const) {
		const { deleted, hasMore } = await pruneKind(pool, kind, kept[kind]);
		pruned[kind] = deleted;
		pruned.hasMore ||= hasMore;
	}
	return pruned;
}

function assertDays(kind: string, days: number): void {
	if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return;
	throw new ExplainedError(
		`The number of days for ${kind} is not valid, so nothing was deleted.`,
		`Use a whole number from 1 to ${MAX_DAYS}.`,
	);
}

async function pruneKind(
	pool: Pool,
	kind: string,
	days: number,
): Promise<{ deleted: number; hasMore: boolean }> {
	let deleted = 0;
	for (let batch = 0; batch < MAX_BATCHES; batch++) {
		cancelSignal()?.throwIfAborted();
		const { rows } = await retryAsWorker(pool, (client) =>
			client.query<{ count: number }>(PRUNE, [kind, days, BATCH]),
		);
		deleted += rows[0]!.count;
		if (rows[0]!.count < BATCH) return { deleted, hasMore: false };
	}
	return { deleted, hasMore: true };
}

const PRUNE = 'select etl.prune($1, make_interval(days => $2), $3)::int as count';
