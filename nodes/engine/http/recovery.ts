import type { ResponseRule } from '../contract/api';
import { ReadFailure, type CallPlace } from '../contract/failure';
import type { RateLimiter } from '../limits/rate-limiter';
import type { ApiContext } from './api-context';
import { backoffMs, withJitter } from './backoff';

const MAX_RETRIES = 3;
/** For a longer wait the run ends and says when to continue, instead of blocking. */
const MAX_WAIT_MS = 120_000;

/** A request without a usable reply. */
export interface FailedAttempt {
	rule: ResponseRule;
	place: CallPlace;
	token: string | undefined;
	/** The request must not be retried. */
	once: boolean;
	retryAfterMs: number | undefined;
	rateLimiter: RateLimiter | undefined;
}

/** How often each action was taken for one request. */
export type Attempts = Record<'retry' | 'wait' | 'refresh', number>;

/** Prepares the next attempt as the rule says. @throws ReadFailure if the request must not be retried */
export async function recover(context: ApiContext, trouble: FailedAttempt, tries: Attempts): Promise<void> {
	const { rule } = trouble;
	if (rule.action === 'fail' || trouble.once) throw toFailure(context, trouble);
	const done = tries[rule.action]++;
	if (rule.action === 'refresh') return await refresh(context, trouble, done);
	const wait = chooseWait(context, trouble, done);
	if (done >= MAX_RETRIES || wait > MAX_WAIT_MS) throw toFailure(context, trouble);
	const { provider, description, account, status } = trouble.place;
	context.log.debug(
		`${provider}: ${description} of ${account}: status ${status}, trying again in ${wait} ms`,
	);
	if (rule.action === 'wait') trouble.rateLimiter?.pause(wait);
	countWait(context, wait);
	await context.clock.sleep(wait, context.signal);
}

function chooseWait(
	{ clock }: ApiContext,
	{ rule, retryAfterMs: asked }: FailedAttempt,
	done: number,
): number {
	if (asked !== undefined) return withJitter(asked, clock.random);
	return rule.initialBackoffMs === undefined
		? backoffMs(done, clock.random)
		: withJitter(rule.initialBackoffMs * 2 ** done, clock.random);
}

async function refresh(context: ApiContext, trouble: FailedAttempt, done: number): Promise<void> {
	const { authorisation } = context;
	if (done > 0 || authorisation.by === 'client') throw toFailure(context, trouble);
	await authorisation.tokens.refresh(trouble.token ?? '');
}

function toFailure(
	{ clock }: ApiContext,
	{ rule, place, retryAfterMs: asked, rateLimiter }: FailedAttempt,
): ReadFailure {
	const limited = rule.class === 'rate_limited';
	const rest = asked ?? (limited ? (rule.cooldownMs ?? MAX_WAIT_MS) : undefined);
	const retryAt = rest === undefined ? undefined : new Date(clock.now().getTime() + rest);
	if (limited && retryAt) rateLimiter?.restUntil(retryAt);
	const failed = { ...place, ofEveryCall: rule.ofEveryCall === true };
	const hint = typeof rule.hint === 'string' ? rule.hint : rule.hint(place);
	return new ReadFailure(rule.class, rule.message(place), hint, retryAt, failed);
}

/** Adds to the time that the run has waited. */
export function countWait({ progress }: ApiContext, milliseconds: number): void {
	if (progress && milliseconds > 0) progress.waitedMs += milliseconds;
}
