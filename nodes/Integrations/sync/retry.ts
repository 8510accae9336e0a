import { isBelievable, MAX_WAIT_MS } from '../../engine/limits/retry-after';
import type { FailureMessage } from '../../shared/messages';
import type { RunOutcome } from './outcome';

const FIRST_PAUSE_MS = 5 * 60_000;
const MAX_PAUSE_MS = 6 * 3_600_000;

/**
 * When to try again, as an instant, or null where the schedule decides: at once for what was left over, at the
 * provider's word after a rate limit, else after a pause that doubles with every failed run, with jitter so that
 * many tenants do not come back together.
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
	// One organisation at its day's limit must not hold back the others of its integration for the rest of the day.
	const longest = isToldToAll && outcome.status === 'failed' ? MAX_WAIT_MS : MAX_PAUSE_MS;
	return new Date(now.getTime() + Math.min(longest, ...pauses));
}

/** The same as a duration: the instants of failures and this moment are of one clock, the database's is another. */
export function retryInMs(outcome: RunOutcome, failedBefore: number): number | null {
	const now = new Date();
	const at = chooseRetryTime(outcome, failedBefore, now);
	return at && at.getTime() - now.getTime();
}

/** How long the provider asked to wait, in milliseconds; nothing where it named no instant within a day. */
function pauseTold({ failure }: FailureMessage, now: Date): number[] {
	const pause = Date.parse(failure.retryAt ?? '') - now.getTime();
	return isBelievable(pause) ? [Math.max(0, pause)] : [];
}

function growingPause(failedBefore: number, random: () => number): number {
	const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failedBefore, 10));
	return pause * (0.75 + random() / 2);
}
