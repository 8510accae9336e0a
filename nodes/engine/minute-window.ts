const MINUTE_MS = 60_000;

/**
 * A bucket of tokens, each of which comes back a minute after it was taken: so never more than its size are used in
 * any sixty seconds, and a first sync still starts at full speed. Instants are epoch milliseconds.
 */
export class MinuteWindow {
	/** When each token that we took comes back, ascending. */
	private own: number[] = [];

	/** The same for those that others are thought to have taken. */
	private others: number[] = [];

	private size: number;

	constructor(private readonly usual: number) {
		this.size = usual;
	}

	/** How long until a token is there; 0: now. */
	waitMs(now: number): number {
		this.collect(now);
		const out = [...this.own, ...this.others].sort((a, b) => a - b);
		return out.length < this.size ? 0 : out[out.length - this.size]! - now;
	}

	take(now: number): void {
		this.own.push(now + MINUTE_MS);
	}

	/**
	 * Believes what the provider's latest reply says is left. Where that is less than we know of, others use the
	 * account too; when theirs come back is not known, so they are taken to be spread over the minute. Where it is
	 * far more, the limit is higher than the usual one, and all but a fifth of it is ours.
	 */
	correct(remaining: number, now: number): void {
		this.collect(now);
		this.size = Math.max(this.usual, Math.floor((remaining + this.own.length) * 0.8));
		const missing = Math.max(0, this.size - this.own.length - remaining);
		this.others = Array.from({ length: missing }, (_, index) => now + (MINUTE_MS * (index + 1)) / missing);
	}

	private collect(now: number): void {
		this.own = this.own.filter((instant) => instant > now);
		this.others = this.others.filter((instant) => instant > now);
	}
}
