import type { Clock } from '../contract/ports';
import { TokenBucket } from './token-bucket';
import { DailyQuota } from './daily-quota';
import type { ApiRequest } from '../contract/api';
import type { CallLimit, ProviderLimits } from '../contract/limits';
import { ReadFailure } from '../contract/failure';
import { isBelievable } from './retry-after';
import { Semaphore } from '../../shared/concurrency';

const HOUR_MS = 3_600_000;

/** How much of an account's limits a caller may use, and what ends its waiting. */
export interface RateLimiterOptions {
	/** Our part of the day's limit, 0 to 1. */
	dayShare: number;
	signal?: AbortSignal;
}

/** What of a request the limits depend on. */
export type Weight = Pick<ApiRequest, 'cost' | 'group'>;

/**
 * Keeps the calls for one account within the provider's limits: so many at once, so many in a while, so many a day.
 * What the replies' headers say corrects it.
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
	 * Runs a call as soon as the limits allow it.
	 * @throws ReadFailure of class `rate_limited` where that is not today
	 */
	async run<T>(options: RateLimiterOptions, weight: Weight, call: () => Promise<T>): Promise<T> {
		return await this.slots.run(async () => {
			await this.admit(options, weight);
			return await call();
		});
	}

	/** Takes in what a reply's headers say is left. */
	observe(headers: Record<string, string>): void {
		for (const { limit, window } of this.windows) {
			const left = readCount(headers, limit.remainingHeader, limit.calls);
			if (left !== undefined) window.correct(left, this.now());
		}
		const { remainingHeader, limits = [] } = this.limits.day ?? {};
		const left = readCount(headers, remainingHeader, Math.max(...limits));
		if (!this.day || left === undefined) return;
		this.day.observe(left);
		// The provider does not say when its day begins: rest an hour, then one call tells what is left.
		if (this.day.isLow) this.restUntil(new Date(this.now() + HOUR_MS));
	}

	/** Holds back all calls for the account for a while: the provider asked for it. */
	pause(milliseconds: number): void {
		if (isBelievable(milliseconds)) this.pausedUntil = Math.max(this.pausedUntil, this.now() + milliseconds);
	}

	/** Makes no call for the account until then, and does not wait either; for more than a day it does not. */
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
			`The calls for ${this.name} that may be made in a day are used up, but for a reserve. ` +
				'The rest is read by itself later; Day Budget Share says how much of the day Zixly may use.',
			new Date(until),
		);
	}

	private now(): number {
		return this.clock.now().getTime();
	}
}

const IDLE_MS = 24 * HOUR_MS;

/** The throttles of a process, one per account: the executions of a process share an account's limits. */
export class RateLimiters {
	private readonly byKey = new Map<string, RateLimiter>();

	constructor(private readonly clock: Clock) {}

	/** The throttle of an account; `name` is for messages. */
	of(key: string, name: string, limits: ProviderLimits): RateLimiter {
		const existing = this.byKey.get(key);
		if (existing) return existing;
		this.dropIdle();
		const created = new RateLimiter(name, limits, this.clock);
		created.lastUsed = this.clock.now().getTime();
		this.byKey.set(key, created);
		return created;
	}

	// After a day nothing is left to remember: every limit has come back.
	private dropIdle(): void {
		const idleSince = this.clock.now().getTime() - IDLE_MS;
		for (const [key, throttle] of this.byKey) if (throttle.lastUsed < idleSince) this.byKey.delete(key);
	}
}

/** More than so many times the usual limit is no plan that anybody has, and would switch the limit off. */
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
