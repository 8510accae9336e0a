import { setTimeout as sleep } from 'node:timers/promises';

/** The server writes one chunk of a run while this process builds the statements of the next and checks a third. */
const CHUNKS_AT_ONCE = 2;
/** How long later items wait for a chunk to start. After that, the chunk's run is stuck, not the database. */
const PATIENCE_MS = 1_000;

/** Stores a few chunks of each run at a time. A run that waits for a lock does not block other runs. */
export class ChunkQueues {
	private readonly queues = new Map<string, RunQueue>();

	/** Starts `work`, which must not reject, once its run has capacity; does not wait for a stuck run. */
	async begin(run: string, work: () => Promise<void>): Promise<void> {
		let queue = this.queues.get(run);
		if (!queue) this.queues.set(run, (queue = new RunQueue()));
		await queue.add(work);
	}

	/** Waits until nothing is being stored. */
	async done(): Promise<void> {
		await Promise.all([...this.queues.values()].map(async (queue) => await queue.done()));
	}
}

/** The chunks of one run, started in order. */
class RunQueue {
	private readonly current = new Set<Promise<void>>();
	private waiting: Array<() => Promise<void>> = [];
	private stuck = false;

	async add(work: () => Promise<void>): Promise<void> {
		this.waiting.push(work);
		this.beginNext();
		while (this.waiting.length > 0 && !this.stuck) {
			const moved = await within(PATIENCE_MS, Promise.race(this.current));
			if (!moved) this.stuck = true;
		}
	}

	async done(): Promise<void> {
		while (this.current.size > 0) await Promise.race(this.current);
	}

	private beginNext(): void {
		while (this.current.size < CHUNKS_AT_ONCE && this.waiting.length > 0) this.store(this.waiting.shift()!);
	}

	private store(work: () => Promise<void>): void {
		const done = work().then(() => {
			this.current.delete(done);
			this.stuck = false;
			this.beginNext();
		});
		this.current.add(done);
	}
}

/** Whether the promise settles in time. */
async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
	const enough = new AbortController();
	try {
		const expired = sleep(ms, false, { signal: enough.signal }).catch(() => false);
		return await Promise.race([promise.then(() => true), expired]);
	} finally {
		enough.abort();
	}
}
