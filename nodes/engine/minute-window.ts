const MINUTE_MS = 60_000;

/**
 * A bucket of tokens, each of which comes back a minute after it was taken: so never more than its size are used in
 * any sixty seconds, and a first sync still starts at full speed. Instants are epoch milliseconds.
 */
export class MinuteWindow {
	/** When each token that is out comes back, ascending. */
	private returns: number[] = [];

	constructor(private readonly size: number) {}

	/** How long until a token is there; 0: now. */
	waitMs(now: number): number {
		this.collect(now);
		return this.free > 0 ? 0 : this.returns[this.returns.length - this.size]! - now;
	}

	take(now: number): void {
		this.returns.push(now + MINUTE_MS);
	}

	/**
	 * Believes the provider where it says that fewer calls are left: others use the account too. When theirs come
	 * back is not known, so they are taken to be spread over the minute.
	 */
	correct(remaining: number, now: number): void {
		this.collect(now);
		const missing = this.free - remaining;
		for (let index = 1; index <= missing; index++) this.returns.push(now + (MINUTE_MS * index) / missing);
		this.returns.sort((a, b) => a - b);
	}

	private get free(): number {
		return this.size - this.returns.length;
	}

	private collect(now: number): void {
		this.returns = this.returns.filter((instant) => instant > now);
	}
}
