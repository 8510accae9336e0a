import { isBelievable, MAX_WAIT_MS } from '../../engine/limits/retry-after';
import type { FailureMessage } from '../../shared/messages';
import type { RunOutcome } from './outcome';

const FIRST_PAUSE_MS = 5 * 60_000;
const MAX_PAUSE_MS = 6 * 3_600_000;

/**
 * When to retry, or null if the schedule decides: at once for remaining data, at the time the provider named after a
 * rate limit, otherwise after a delay that doubles with every failed run, with jitter so that many tenants do not
 * retry at the same moment.
 */
export function chooseRetryTime(
	outcome: RunOutcome,
	failedBefore: number,
	now: Date,
	random = Math.random,
): Date | null {
	if (outcome.hasMore) return now;
	if (outcome.status === 'succeeded' || outcome.requiresAction) return null;
	const told = outcome.failures.flatMap((failure) => pauseTold(failure, now));
	const isToldToAll = told.length > 0 && told.length === outcome.failures.length;
	const pauses = isToldToAll ? told : [...told, growingPause(failedBefore, random)];
	// One account at its daily limit must not hold back the other accounts of its connection for the rest of the day.
	const longest = isToldToAll && outcome.status === 'failed' ? MAX_WAIT_MS : MAX_PAUSE_MS;
	return new Date(now.getTime() + Math.min(longest, ...pauses));
}

/** The same as a duration in milliseconds, since the failures' instants are by this machine's clock, not the database's. */
export function retryInMs(outcome: RunOutcome, failedBefore: number): number | null {
	const now = new Date();
	const at = chooseRetryTime(outcome, failedBefore, now);
	return at && at.getTime() - now.getTime();
}

/** How long the provider asked to wait, in milliseconds; empty if it named no instant within a day. */
function pauseTold({ failure }: FailureMessage, now: Date): number[] {
	const pause = Date.parse(failure.retryAt ?? '') - now.getTime();
	return isBelievable(pause) ? [Math.max(0, pause)] : [];
}

function growingPause(failedBefore: number, random: () => number): number {
	const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failedBefore, 10));
	return pause * (0.75 + random() / 2);
}
