import { setTimeout as sleep } from 'node:timers/promises';

import { shareKeys, type InKeyOrder } from './key-order';

/**
 * Rows of two chunks of a run may be written at once, on two connections, but each chunk is committed after the one
 * before it: what is stored is always the beginning of what came, and a state never runs ahead of the data.
 */

/** The chunk let go of what it had written, since the one before it has to go first; it is to be tried again. */
export class CommitOrderError extends Error {
	constructor() {
		super('The chunk before this one has to be stored first.');
	}
}

/**
 * How long a chunk that has written its rows waits for the one before it. Two runs whose chunks wait for each other's
 * rows would wait for ever: PostgreSQL sees only half of such a circle.
 */
const PATIENCE_MS = 5_000;

/** A chunk's place among those of its run. */
export class CommitTurn {
	/** It is known which rows it writes, or its first attempt did not come so far. */
	private readonly placed = new Deferred<void>();
	/** These, until it ends: the last turn of a run outlives it. */
	private rows: InKeyOrder | undefined;
	/** What became of its first attempt. */
	private readonly attempted = new Deferred<'stored' | 'failed'>();
	private readonly ended = new Deferred<{ error?: unknown }>();
	private alone = false;

	/** @param before the chunk that was begun before this one, where it may not be stored yet */
	constructor(
		private before?: CommitTurn,
		private readonly patienceMs = PATIENCE_MS,
	) {}

	/**
	 * Stores the chunk by `work`. `alone`: it touches rows besides those that it brings, so neither the chunk before it
	 * nor the one after it may write at the same time.
	 * @throws what `work` throws, or what stopped the chunk before
	 */
	async take<Result>(alone: boolean, work: () => Promise<Result>): Promise<Result> {
		this.alone = alone;
		try {
			await this.begin();
			const result = await work();
			this.end('stored', {});
			return result;
		} catch (error) {
			this.end('failed', { error });
			throw error;
		}
	}

	/** One attempt of the `work`; one more where it had to let the chunk before go first. */
	async attempt<Result>(work: () => Promise<Result>): Promise<Result> {
		try {
			return await work();
		} catch (error) {
			this.placed.happens();
			this.attempted.happens('failed');
			if (!(error instanceof CommitOrderError)) throw error;
			await this.untilBeforeEnds();
			return await work();
		}
	}

	/**
	 * To be called before the rows are written. Where the chunk before has one of their keys it waits for it: of two
	 * rows with one key the later stays.
	 * @throws OutOfTurnError as `comes`
	 */
	async writes(rows: InKeyOrder): Promise<void> {
		this.rows = rows;
		this.placed.happens();
		if (this.before?.rows && shareKeys(this.before.rows, rows)) await this.comes();
	}

	/**
	 * To be called before what must be in order is stored: waits until the chunk before is committed.
	 * @throws OutOfTurnError where that one has to try again, or takes so long that it may wait for this one
	 */
	async comes(): Promise<void> {
		if (!this.before) return;
		const outcome = await within(this.patienceMs, this.before.attempted.come);
		if (outcome !== 'stored') throw new CommitOrderError();
		await this.untilBeforeEnds();
	}

	/** As long as the chunk before may still need locks on clients, this one must hold none. */
	private async begin(): Promise<void> {
		const { before } = this;
		if (!before) return;
		await before.placed.come;
		if (!before.rows || this.alone || before.alone) await this.untilBeforeEnds();
	}

	private async untilBeforeEnds(): Promise<void> {
		const end = await this.before?.ended.come;
		if (end && 'error' in end) throw end.error;
		// Nothing of it is needed any more; else each chunk would keep all chunks before it in memory.
		this.before = undefined;
	}

	private end(outcome: 'stored' | 'failed', end: { error?: unknown }): void {
		this.rows = undefined;
		this.placed.happens();
		this.attempted.happens(outcome);
		this.ended.happens(end);
	}
}

/** Something that happens once and can be waited for; that it happens again is ignored. */
class Deferred<Value> {
	happens!: (value: Value) => void;
	readonly come = new Promise<Value>((resolve) => {
		this.happens = resolve;
	});
}

async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
	const enough = new AbortController();
	try {
		return await Promise.race([promise, sleep(ms, undefined, { signal: enough.signal })]);
	} finally {
		enough.abort();
	}
}
