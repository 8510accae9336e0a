/**
 * A bucket whose tokens each return a fixed time after they were taken. So no period of that length sees more requests
 * than the bucket's size, and a first sync still starts at full speed. Instants are epoch milliseconds.
 */
export class TokenBucket {
	/** When each token that we took returns, ascending. */
	private own: number[] = [];

	/** The same for tokens that other users of the account have presumably taken. */
	private others: number[] = [];

	private size: number;

	private readonly spanMs: number;

	/** @param usual how many tokens are available per `seconds` */
	constructor(
		private readonly usual: number,
		seconds: number,
	) {
		this.size = usual;
		this.spanMs = seconds * 1_000;
	}

	/** Milliseconds until a token is available; 0 if one is available now. */
	waitMs(now: number): number {
		this.collect(now);
		const out = [...this.own, ...this.others].sort((a, b) => a - b);
		return out.length < this.size ? 0 : out[out.length - this.size]! - now;
	}

	take(now: number): void {
		this.own.push(now + this.spanMs);
	}

	/**
	 * Takes over what the provider's latest reply says is left. If that is less than we counted, others use the account
	 * too; when their tokens return is unknown, so they are assumed to be spread evenly over the period. If it is far
	 * more, the limit is higher than usual, and we use all but a fifth of it.
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
