import type { Clock } from '../contract/ports';
import { TokenBucket } from './token-bucket';
import { DailyQuota } from './daily-quota';
import type { ApiRequest } from '../contract/api';
import type { CallLimit, ProviderLimits } from '../contract/limits';
import { ReadFailure } from '../contract/failure';
import { isBelievable } from './retry-after';
import { Semaphore } from '../../shared/concurrency';

const HOUR_MS = 3_600_000;

/** How much of an account's limits a caller may use, and what cancels its wait. */
export interface RateLimiterOptions {
	/** Our share of the daily limit, 0 to 1. */
	dayShare: number;
	signal?: AbortSignal;
}

/** The properties of a request that the limits depend on. */
export type Weight = Pick<ApiRequest, 'cost' | 'group'>;

/**
 * Keeps the requests for one account within the provider's concurrency, rate and daily limits. Reply headers correct
 * its counts.
 */
export class RateLimiter {
	private readonly slots: Semaphore;

	private readonly windows: Array<{ limit: CallLimit; window: TokenBucket }>;

	private readonly day: DailyQuota | undefined;

	private pausedUntil = 0;

	private restsUntil = 0;

	lastUsed = 0;

	constructor(
		private readonly name: string,
		private readonly limits: ProviderLimits,
		private readonly clock: Clock,
	) {
		this.slots = new Semaphore(limits.concurrent);
		this.windows = limits.windows.map((limit) => ({
			limit,
			window: new TokenBucket(limit.calls, limit.seconds),
		}));
		this.day = limits.day && new DailyQuota(limits.day);
	}

	/**
	 * Runs a request as soon as the limits allow it.
	 * @throws ReadFailure `rate_limited` if the daily limit is used up
	 */
	async run<T>(options: RateLimiterOptions, weight: Weight, call: () => Promise<T>): Promise<T> {
		return await this.slots.run(async () => {
			await this.admit(options, weight);
			return await call();
		}, options.signal);
	}

	/** Takes over the remaining limits from reply headers. */
	observe(headers: Record<string, string>): void {
		for (const { limit, window } of this.windows) {
			const left = readCount(headers, limit.remainingHeader, limit.calls);
			if (left !== undefined) window.correct(left, this.now());
		}
		const { remainingHeader, limits = [] } = this.limits.day ?? {};
		const left = readCount(headers, remainingHeader, Math.max(...limits));
		if (!this.day || left === undefined) return;
		this.day.observe(left);
		// The provider does not say when its day begins: rest for an hour, then one request shows what is left.
		if (this.day.isLow) this.restUntil(new Date(this.now() + HOUR_MS));
	}

	/** Delays all requests for the account, because the provider asked for it. */
	pause(milliseconds: number): void {
		if (isBelievable(milliseconds)) this.pausedUntil = Math.max(this.pausedUntil, this.now() + milliseconds);
	}

	/** Rejects all requests for the account until then instead of waiting. An instant more than a day ahead is ignored. */
	restUntil(instant: Date): void {
		const until = instant.getTime();
		if (isBelievable(until - this.now())) this.restsUntil = Math.max(this.restsUntil, until);
	}

	private async admit(options: RateLimiterOptions, weight: Weight): Promise<void> {
		const windows = this.selectWindows(weight);
		for (;;) {
			options.signal?.throwIfAborted();
			const now = this.now();
			this.refuseWhileResting(now, options.dayShare);
			const wait = Math.max(this.pausedUntil - now, ...windows.map((window) => window.waitMs(now)));
			if (wait <= 0) return this.take(now, windows, weight.cost ?? 1);
			await this.clock.sleep(wait, options.signal);
		}
	}

	private selectWindows({ group }: Weight): TokenBucket[] {
		const counting = this.windows.filter(({ limit }) => limit.group === undefined || limit.group === group);
		return counting.map(({ window }) => window);
	}

	private take(now: number, windows: TokenBucket[], cost: number): void {
		for (const window of windows) window.take(now);
		this.day?.count(now, cost);
		this.lastUsed = now;
	}

	private refuseWhileResting(now: number, dayShare: number): void {
		const until = Math.max(this.restsUntil, this.day?.shareUsedUntil(now, dayShare) ?? 0);
		if (until <= now) return;
		throw new ReadFailure(
			'rate_limited',
			`The daily limit of ${this.name} is used up except for a reserve.`,
			'The remaining data will be read in a later run. Day Budget Share sets how much of the daily limit Zixly may use.',
			new Date(until),
		);
	}

	private now(): number {
		return this.clock.now().getTime();
	}
}

const IDLE_MS = 24 * HOUR_MS;

/** The rate limiters of a process, one per account: all executions of a process share an account's limits. */
export class RateLimiters {
	private readonly byKey = new Map<string, RateLimiter>();

	constructor(private readonly clock: Clock) {}

	/** The rate limiter of an account; `name` is for messages. */
	of(key: string, name: string, limits: ProviderLimits): RateLimiter {
		const existing = this.byKey.get(key);
		if (existing) return existing;
		this.dropIdle();
		const created = new RateLimiter(name, limits, this.clock);
		created.lastUsed = this.clock.now().getTime();
		this.byKey.set(key, created);
		return created;
	}

	// After a day there is nothing left to remember: every limit has recovered.
	private dropIdle(): void {
		const idleSince = this.clock.now().getTime() - IDLE_MS;
		for (const [key, rateLimiter] of this.byKey) if (rateLimiter.lastUsed < idleSince) this.byKey.delete(key);
	}
}

/** No plan allows more than this many times the usual limit. A larger count would switch the limit off. */
const MAX_TIMES_USUAL = 20;

function readCount(
	headers: Record<string, string>,
	name: string | undefined,
	usual: number,
): number | undefined {
	const header = name === undefined ? '' : (headers[name]?.trim() ?? '');
	const count = /^\d{1,12}$/.test(header) ? Number(header) : undefined;
	return count !== undefined && count <= usual * MAX_TIMES_USUAL ? count : undefined;
}
