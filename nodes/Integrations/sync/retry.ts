import type { RunOutcome } from './outcome';

const FIRST_PAUSE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;

/**
 * When to try again, as an instant, or null where the schedule decides: at once for what was left over, at the
 * provider's word after a rate limit, else after a pause that doubles with every failed run, with jitter so that
 * many tenants do not come back together.
 */
export function retryAt(
	outcome: RunOutcome,
	failedBefore: number,
	now: Date,
	random = Math.random,
): Date | null {
	if (outcome.hasMore) return now;
	if (outcome.status === 'succeeded' || outcome.needsPerson) return null;
	const told = resumeTime(outcome, now);
	if (told) return told;
	const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failedBefore, 10));
	return new Date(now.getTime() + pause * (0.75 + random() / 2));
}

// One organisation at its day's limit must not hold back the others of its integration for the rest of the day.
function resumeTime({ failures, status }: RunOutcome, now: Date): Date | null {
	const told = failures.flatMap(({ failure }) => (failure.retryAt ? [Date.parse(failure.retryAt)] : []));
	if (told.length === 0) return null;
	const latest = status === 'partial' ? now.getTime() + LONGEST_PAUSE_MS : Infinity;
	return new Date(Math.max(now.getTime(), Math.min(latest, ...told)));
}
