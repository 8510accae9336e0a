import type { RunDetail } from '../../../db/runs/detail';
import { excerpt } from '../../shared/text';
import { describeProgress } from './progress';
import { describeStart } from './run-detail';
import { describeOutcome } from './simplify';

interface TimedEvent {
	/** ISO 8601 in UTC. */
	time: string;
	event: string;
}

/** What happened in a run, in order. */
export function buildTimeline(run: RunDetail, instanceId: string): TimedEvent[] {
	const events: TimedEvent[] = [
		{ time: run.startedAt, event: `Opened ${describeStart(run, instanceId)}` },
		...listStored(run),
		...run.rejected.map(({ lastAt, records, stream, code }) => ({
			time: lastAt,
			event: `${records} records of ${excerpt(stream)} rejected as ${excerpt(code)}`,
		})),
		...describeEnd(run),
		...(run.retryAt ? [{ time: run.retryAt, event: 'Due again' }] : []),
	];
	// PostgreSQL writes instants inside JSON with an offset.
	const inUtc = events.map(({ time, event }) => ({ time: new Date(time).toISOString(), event }));
	return inUtc.toSorted((a, b) => a.time.localeCompare(b.time));
}

const MAX_STORED = 200;

function listStored({ accounts }: RunDetail): TimedEvent[] {
	const all = accounts.flatMap(({ name, accountId, stored }) =>
		stored.map(({ stream, at }) => ({
			time: at,
			event: `${stream} of ${excerpt(name ?? accountId)} stored`,
		})),
	);
	return all.slice(0, MAX_STORED);
}

function describeEnd(run: RunDetail): TimedEvent[] {
	if (run.finishedAt)
		return [{ time: run.finishedAt, event: `Ended as ${run.status}: ${describeOutcome(run)}` }];
	const now = new Date().toISOString();
	return [
		{ time: now, event: `Running. ${describeProgress(run) ?? ''} Its lease ends at ${run.leaseUntil}.` },
	];
}
