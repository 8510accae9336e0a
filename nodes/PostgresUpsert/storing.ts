/** Stores one chunk at a time, for all runs together, while the rows of the next are checked. */
export class Storing {
	private current: Promise<void> = Promise.resolve();

	/** Begins `work`, which must not reject, when what was begun before is done. */
	async begin(work: () => Promise<void>): Promise<void> {
		await this.current;
		this.current = work();
	}

	/** Waits until nothing is being stored. */
	async done(): Promise<void> {
		await this.current;
	}
}
