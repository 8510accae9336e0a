import type { ChunkResult, LoadChunk } from '../../db/load/chunk';
import type { LoadRun } from '../../db/load/input';
import { CommitTurn } from '../../db/load/commit-order';
import type { FailureMessage } from '../shared/messages';
import { ChunkBuilder, type BuiltChunk } from './chunk-builder';
import type { Output } from './output';
import type { StorableMessage } from './parse-message';
import { RunReport } from './run-report';
import type { ChunkQueues } from './chunk-queues';

export interface RunLoaderOptions {
	storing: ChunkQueues;
	/** @throws what `loadChunk` throws */
	load: (chunk: LoadChunk, turn: CommitTurn) => Promise<ChunkResult>;
	output: Output;
	/** Rows per transaction. */
	chunkSize: number;
	/** Output every row with its outcome instead of a summary. */
	returnRows: boolean;
	/** Turns an error of `load` into a failure. */
	explain: (error: unknown) => FailureMessage['failure'];
}

/** Stores the messages of one run, a chunk at a time. After a chunk that failed it stores nothing more. */
export class RunLoader {
	/** Why the run was stopped. */
	failure: { error: unknown; item: number } | undefined;
	/** Whether the last message of the run has arrived. */
	hasEnded = false;
	/** The last item of the run. */
	lastItem = 0;

	private builder: ChunkBuilder;
	private turn: CommitTurn | undefined;
	private readonly report: RunReport;

	constructor(
		readonly run: LoadRun,
		private readonly options: RunLoaderOptions,
	) {
		this.builder = new ChunkBuilder(run, options.chunkSize);
		this.report = new RunReport(run, options.output, options.returnRows);
	}

	/** Returns a promise only if a chunk has to be stored first: awaiting nothing costs more than checking a row. */
	receive(item: number, message: StorableMessage, json: object): Promise<void> | undefined {
		if (this.failure) return undefined;
		if (!this.builder.admits(message)) return this.flush().then(() => this.receive(item, message, json));
		const rowsArrived = this.report.countArrival(message);
		this.builder.gather(item, message, json, rowsArrived);
		this.lastItem = item;
		if (message.type === 'STATE' && message.endsRun) this.hasEnded = true;
		return this.builder.isFull ? this.flush() : undefined;
	}

	/** Stops the run: nothing more of it is stored, and a FAILURE says why. */
	fail(error: unknown, item: number): void {
		if (this.failure) return;
		this.failure = { error, item };
		this.report.emitFailure(this.options.explain(error), item);
	}

	/** Starts to store the current chunk, once its run has capacity. */
	async flush(): Promise<void> {
		if (this.failure || this.builder.isEmpty) return;
		const built = this.builder.build();
		this.builder = new ChunkBuilder(this.run, this.options.chunkSize);
		const turn = new CommitTurn(this.turn);
		this.turn = turn;
		await this.options.storing.begin(this.run.syncRunId, () => this.store(built, turn));
	}

	/** Outputs one item for each table that rows were stored in. */
	summarise(): void {
		this.report.emitSummaries(this.lastItem);
	}

	private async store(built: BuiltChunk, turn: CommitTurn): Promise<void> {
		if (this.failure) return;
		try {
			this.report.emitChunk(built, await this.options.load(built.chunk, turn));
		} catch (error) {
			this.fail(error, built.lastItem);
		}
	}
}
