/** The server writes one chunk while this process makes the statements of the next and checks the rows of a third. */
const CHUNKS_AT_ONCE = 2;

/** Stores a few chunks at a time, for all runs together. */
export class Storing {
	private readonly current = new Set<Promise<void>>();

	/** Begins `work`, which must not reject, as soon as there is room for it. */
	async begin(work: () => Promise<void>): Promise<void> {
		while (this.current.size >= CHUNKS_AT_ONCE) await Promise.race(this.current);
		const done = work().then(() => void this.current.delete(done));
		this.current.add(done);
	}

	/** Waits until nothing is being stored. */
	async done(): Promise<void> {
		await Promise.all(this.current);
	}
}
