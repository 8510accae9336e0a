import type { LoadRejected, LoadState } from '../../../db/load/input';
import { loadChunk } from '../../../db/load/load-chunk';
import { systemClock, type Clock } from '../../../nodes/engine/contract/ports';
import type { Message, StateMessage } from '../../../nodes/shared/messages';
import type { TestDatabase } from '../database/database';
import type { ConnectedTenant } from './extraction';
import { EXECUTION } from '../database/run-holder';

/** Waits a thousandth of what it is asked to. */
export const hasty: Clock = {
	...systemClock,
	sleep: async (milliseconds, signal) => await systemClock.sleep(milliseconds / 1_000, signal),
};

/** Stores what Extract gave, as far as it needs no Transform. */
export async function storeExtracted(
	database: TestDatabase,
	{ tenantId, integrationId }: ConnectedTenant,
	messages: Message[],
): Promise<void> {
	const rejected = messages.filter((message) => message.type === 'REJECTED') as LoadRejected[];
	const states = messages.flatMap((message): LoadState[] =>
		message.type === 'STATE' ? [{ ...message, counts: {}, rowsArrived: 0 }] : [],
	);
	const { syncRunId, provider } = messages[0] as { syncRunId: string; provider: string };
	// The harness has closed the run already, so that it can be claimed again.
	await database.admin.query(
		`update etl.sync_runs set status = 'running', finished_at = null, lease_until = now() + interval '1 hour'
		where id = $1`,
		[syncRunId],
	);
	const run = { tenantId, integrationId, syncRunId, provider, executionId: EXECUTION };
	await loadChunk(database.pool, { ...run, rows: [], rejected, states });
	await database.admin.query(
		`update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null where id = $1`,
		[syncRunId],
	);
}

export const recordsIn = (messages: Message[]): string[] =>
	messages.flatMap((message) => (message.type === 'RECORD' ? [message.recordId] : []));

export const failuresIn = (messages: Message[]): string[] =>
	messages.flatMap((message) => (message.type === 'FAILURE' ? [message.failure.class] : []));

export const statesIn = (messages: Message[]): StateMessage[] =>
	messages.filter((message) => message.type === 'STATE');

export const warningsIn = (messages: Message[]): string[] =>
	statesIn(messages).flatMap(({ warnings = [] }) => warnings);

/** `extracted = records + skipped + rejected`, over all states. */
export function addsUp(messages: Message[]): boolean {
	const sums = { extracted: 0, skipped: 0, rejected: 0 };
	for (const { counts } of statesIn(messages)) {
		for (const name of Object.keys(sums) as Array<keyof typeof sums>) sums[name] += counts[name] ?? 0;
	}
	return sums.extracted === recordsIn(messages).length + sums.skipped + sums.rejected;
}
