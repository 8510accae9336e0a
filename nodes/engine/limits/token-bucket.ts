/**
 * A bucket of tokens, each of which comes back a while after it was taken: so never more than its size are used in
 * any such while, and a first sync still starts at full speed. Instants are epoch milliseconds.
 */
export class TokenBucket {
	/** When each token that we took comes back, ascending. */
	private own: number[] = [];

	/** The same for those that others are thought to have taken. */
	private others: number[] = [];

	private size: number;

	private readonly spanMs: number;

	/** @param usual how many tokens there are in `seconds` */
	constructor(
		private readonly usual: number,
		seconds: number,
	) {
		this.size = usual;
		this.spanMs = seconds * 1_000;
	}

	/** How long until a token is there; 0: now. */
	waitMs(now: number): number {
		this.collect(now);
		const out = [...this.own, ...this.others].sort((a, b) => a - b);
		return out.length < this.size ? 0 : out[out.length - this.size]! - now;
	}

	take(now: number): void {
		this.own.push(now + this.spanMs);
	}

	/**
	 * Believes what the provider's latest reply says is left. Where that is less than we know of, others use the
	 * account too; when theirs come back is not known, so they are taken to be spread over the window. Where it is
	 * far more, the limit is higher than the usual one, and all but a fifth of it is ours.
	 */
	correct(remaining: number, now: number): void {
		this.collect(now);
		this.size = Math.max(this.usual, Math.floor((remaining + this.own.length) * 0.8));
		const missing = Math.max(0, this.size - this.own.length - remaining);
		this.others = Array.from({ length: missing }, (_, index) => now + (this.spanMs * (index + 1)) / missing);
	}

	private collect(now: number): void {
		this.own = this.own.filter((instant) => instant > now);
		this.others = this.others.filter((instant) => instant > now);
	}
}
