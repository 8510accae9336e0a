import { setTimeout as sleep } from 'node:timers/promises';

import { shareKeys, type InKeyOrder } from './key-order';

/**
 * Two chunks of a run may write their rows at the same time, on two connections, but chunks commit in order: what is
 * stored is always a prefix of what arrived, and a state is never ahead of its data.
 */

/** Rolled back because the preceding chunk must commit first. The chunk is to be retried. */
class CommitOrderError extends Error {
	constructor() {
		super('The preceding chunk must be stored first.');
	}
}

/**
 * How long a chunk that has written its rows waits for the preceding one. Two runs whose chunks wait for each other's
 * rows would wait for ever: PostgreSQL detects no deadlock, since half of the cycle is in this process.
 */
const PATIENCE_MS = 5_000;

/** A chunk's position in the commit order of its run. */
export class CommitTurn {
	/** Resolved when the keys that it writes are known, or when its first attempt failed before that. */
	private readonly placed = new Deferred<void>();
	/** Its rows while it is being stored. Cleared at the end, since the last turn outlives its run. */
	private rows: InKeyOrder | undefined;
	/** The outcome of its first attempt. */
	private readonly attempted = new Deferred<'stored' | 'failed'>();
	private readonly ended = new Deferred<{ error?: unknown }>();
	private alone = false;

	/** @param before the preceding chunk, if it may not be stored yet */
	constructor(
		private before?: CommitTurn,
		private readonly patienceMs = PATIENCE_MS,
	) {}

	/**
	 * Stores the chunk by `work`.
	 * @param alone the chunk also changes rows that it does not contain, so neither the preceding nor the following chunk
	 *   may write at the same time
	 * @throws what `work` throws, or what stopped the preceding chunk
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

	/** Runs `work` once, and again after the preceding chunk if that one must commit first. */
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
	 * Must be called before the rows are written. Waits for the preceding chunk if both have a key in common: of two rows
	 * with one key the later one wins.
	 * @throws CommitOrderError as `comes`
	 */
	async writes(rows: InKeyOrder): Promise<void> {
		this.rows = rows;
		this.placed.happens();
		if (this.before?.rows && shareKeys(this.before.rows, rows)) await this.comes();
	}

	/**
	 * Must be called before anything that depends on the order is stored. Waits until the preceding chunk is committed.
	 * @throws CommitOrderError if that chunk must be retried, or takes so long that it may be waiting for this one
	 */
	async comes(): Promise<void> {
		if (!this.before) return;
		const outcome = await within(this.patienceMs, this.before.attempted.come);
		if (outcome !== 'stored') throw new CommitOrderError();
		await this.untilBeforeEnds();
	}

	/** While the preceding chunk may still need locks on clients, this one must hold none. */
	private async begin(): Promise<void> {
		const { before } = this;
		if (!before) return;
		await before.placed.come;
		if (!before.rows || this.alone || before.alone) await this.untilBeforeEnds();
	}

	private async untilBeforeEnds(): Promise<void> {
		const end = await this.before?.ended.come;
		if (end && 'error' in end) throw end.error;
		// Released, since otherwise each chunk would keep all its predecessors in memory.
		this.before = undefined;
	}

	private end(outcome: 'stored' | 'failed', end: { error?: unknown }): void {
		this.rows = undefined;
		this.placed.happens();
		this.attempted.happens(outcome);
		this.ended.happens(end);
	}
}

/** A promise that is resolved from outside. Only the first resolution counts. */
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
