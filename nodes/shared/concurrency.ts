/** Limits how many tasks run at once; the others wait in order of arrival. */
export class Semaphore {
	private readonly waiting: Array<() => void> = [];

	/** @param patienceMs a task that takes longer gives its slot to the next one and continues without it */
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
