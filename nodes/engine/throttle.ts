import type { Clock } from './clock';
import { DayBudget } from './day-budget';
import type { ProviderLimits } from './definition';
import { ReadFailure } from './failure';
import { MinuteWindow } from './minute-window';
import { Slots } from './slots';

const HOUR_MS = 3_600_000;

/** How much of an account's limits a caller may use, and what ends its waiting. */
export interface ThrottleOptions {
	/** Our part of the day's limit, 0 to 1. */
	dayShare: number;
	signal?: AbortSignal;
}

/**
 * Keeps the calls for one account within the provider's limits: so many at once, so many a minute, so many a day.
 * What the replies' headers say corrects it.
 */
export class AccountThrottle {
	private readonly slots: Slots;

	private readonly minute: MinuteWindow;

	private readonly day: DayBudget;

	private pausedUntil = 0;

	private restsUntil = 0;

	lastUsed = 0;

	constructor(
		private readonly name: string,
		private readonly limits: ProviderLimits,
		private readonly clock: Clock,
	) {
		this.slots = new Slots(limits.concurrent);
		this.minute = new MinuteWindow(limits.perMinute);
		this.day = new DayBudget(limits);
	}

	/**
	 * Runs a call as soon as the limits allow it.
	 * @throws ReadFailure of class `rate_limited` where that is not today
	 */
	async run<T>(options: ThrottleOptions, call: () => Promise<T>): Promise<T> {
		return await this.slots.run(async () => {
			await this.admit(options);
			return await call();
		});
	}

	/** Takes in what a reply's headers say is left. */
	observe(headers: Record<string, string>): void {
		const minute = countIn(headers[this.limits.minuteRemainingHeader]);
		if (minute !== undefined) this.minute.correct(minute, this.now());
		const day = countIn(headers[this.limits.dayRemainingHeader]);
		if (day === undefined) return;
		this.day.observe(day);
		// The provider does not say when its day begins: rest an hour, then one call tells what is left.
		if (this.day.isLow) this.restUntil(new Date(this.now() + HOUR_MS));
	}

	/** Holds back all calls for the account for a while: the provider asked for it. */
	pause(milliseconds: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, this.now() + milliseconds);
	}

	/** Makes no call for the account until then, and does not wait either. */
	restUntil(instant: Date): void {
		this.restsUntil = Math.max(this.restsUntil, instant.getTime());
	}

	private async admit(options: ThrottleOptions): Promise<void> {
		for (;;) {
			options.signal?.throwIfAborted();
			const now = this.now();
			this.refuseWhileResting(now, options.dayShare);
			const wait = Math.max(this.pausedUntil - now, this.minute.waitMs(now));
			if (wait <= 0) return this.take(now);
			await this.clock.sleep(wait, options.signal);
		}
	}

	private take(now: number): void {
		this.minute.take(now);
		this.day.count(now);
		this.lastUsed = now;
	}

	private refuseWhileResting(now: number, dayShare: number): void {
		const until = Math.max(this.restsUntil, this.day.shareUsedUntil(now, dayShare));
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
export class Throttles {
	private readonly byKey = new Map<string, AccountThrottle>();

	constructor(private readonly clock: Clock) {}

	/** The throttle of an account; `name` is for messages. */
	of(key: string, name: string, limits: ProviderLimits): AccountThrottle {
		const existing = this.byKey.get(key);
		if (existing) return existing;
		this.dropIdle();
		const created = new AccountThrottle(name, limits, this.clock);
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

function countIn(header: string | undefined): number | undefined {
	return header !== undefined && /^\s*\d+\s*$/.test(header) ? Number(header) : undefined;
}
