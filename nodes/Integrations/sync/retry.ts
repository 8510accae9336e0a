import { isUpToDate } from '../../../db/runs/finish';
import type { SyncRun } from '../../../db/runs/list';
import { isBelievable, MAX_WAIT_MS } from '../../engine/limits/retry-after';
import type { FailureMessage } from '../../shared/messages';
import { waitsForConsent, type RunOutcome } from './outcome';

const INITIAL_DELAY_MS = 5 * 60_000;
const MAX_DELAY_MS = 6 * 3_600_000;

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
	const failures = outcome.failures.filter((failure) => !waitsForConsent(failure));
	if (failures.length === 0 && outcome.failures.length > 0) return null;
	const requested = failures.flatMap((failure) => readRequestedDelay(failure, now));
	const isRequestedByAll = requested.length > 0 && requested.length === failures.length;
	const delays = isRequestedByAll ? requested : [...requested, growDelay(failedBefore, random)];
	// One account at its daily limit must not hold back the other accounts of its connection for the rest of the day.
	const maxDelay = isRequestedByAll && outcome.status === 'failed' ? MAX_WAIT_MS : MAX_DELAY_MS;
	return new Date(now.getTime() + Math.min(maxDelay, ...delays));
}

/** The same as a duration in milliseconds, since the failures' instants are by this machine's clock, not the database's. */
export function computeRetryDelayMs(outcome: RunOutcome, failedBefore: number): number | null {
	const now = new Date();
	const at = chooseRetryTime(outcome, failedBefore, now);
	return at && at.getTime() - now.getTime();
}

/** How long the provider asked to wait, in milliseconds; empty if it named no instant within a day. */
function readRequestedDelay({ failure }: FailureMessage, now: Date): number[] {
	const delay = Date.parse(failure.retryAt ?? '') - now.getTime();
	return isBelievable(delay) ? [Math.max(0, delay)] : [];
}

function growDelay(failedBefore: number, random: () => number): number {
	const delay = Math.min(MAX_DELAY_MS, INITIAL_DELAY_MS * 2 ** Math.min(failedBefore, 10));
	return delay * (0.75 + random() / 2);
}

/** Earlier runs among which the failed ones are counted. */
export const MAX_EARLIER_RUNS = 12;

/** Counts the runs, latest first, since the latest success. */
export function countFailedInARow(earlier: SyncRun[]): number {
	const success = earlier.findIndex(isUpToDate);
	return success < 0 ? earlier.length : success;
}
