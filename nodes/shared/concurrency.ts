/** Lets a number of pieces of work run at once; the others wait in the order they came. */
export class Semaphore {
	private readonly waiting: Array<() => void> = [];

	/** @param patienceMs a piece of work that takes longer gives its slot to the next one, and goes on without */
	constructor(
		private free: number,
		private readonly patienceMs?: number,
	) {}

	async run<T>(work: () => Promise<T>): Promise<T> {
		await this.enter();
		let isInside = true;
		const leave = (): void => {
			if (isInside) this.leave();
			isInside = false;
		};
		const timer = this.patienceMs === undefined ? undefined : setTimeout(leave, this.patienceMs);
		try {
			return await work();
		} finally {
			clearTimeout(timer);
			leave();
		}
	}

	private async enter(): Promise<void> {
		if (this.free > 0) this.free--;
		else await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	private leave(): void {
		const next = this.waiting.shift();
		if (next) next();
		else this.free++;
	}
}
