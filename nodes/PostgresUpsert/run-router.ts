import type { IDataObject } from 'n8n-workflow';

import type { LoadRun } from '../../db/load/input';
import type { RunEnd } from '../../db/runs/finish';
import { settleAll } from '../shared/concurrency';
import { RunLoader, type RunLoaderOptions } from './run-loader';

export interface LoadingOptions extends RunLoaderOptions {
	finishRun: (end: RunEnd) => Promise<void>;
}

/** Takes the items in order and passes each to the loader of its run. */
export abstract class Loading<Options extends LoadingOptions = LoadingOptions> {
	/** Errors of runs that are closed here, which no Finish will report. */
	readonly failures: Array<{ error: unknown; item: number }> = [];

	protected readonly loaders = new Map<string, RunLoader>();

	constructor(protected readonly options: Options) {}

	/** Returns a promise only if it must wait: most rows need none, and awaiting each would be slow. */
	abstract take(item: number, json: IDataObject): Promise<void> | undefined;

	/** Whether to close the run once everything is stored. */
	protected abstract closes(loader: RunLoader): boolean;

	/** Whether to close the run if the node stops early. */
	protected abstract closesWhenStopped(loader: RunLoader): boolean;

	/** Keeps runs that other nodes opened alive while `work` runs. */
	async keepWhile(work: () => Promise<void>): Promise<void> {
		await work();
	}

	/** Stores the rest and closes the runs that this node has to close. */
	async end(): Promise<void> {
		for (const loader of this.loaders.values()) await loader.flush();
		await this.options.storing.done();
		for (const loader of this.loaders.values()) loader.summarise();
		await this.closeAll((loader) => this.closes(loader));
	}

	/** Closes the runs that this node has to close as failed. */
	async stop(error: unknown): Promise<void> {
		await this.options.storing.done();
		for (const loader of this.loaders.values()) {
			if (this.closesWhenStopped(loader)) loader.fail(error, loader.lastItem);
		}
		await this.closeAll((loader) => this.closesWhenStopped(loader));
	}

	protected createLoader(key: string, run: LoadRun): RunLoader {
		const loader = new RunLoader(run, this.options);
		this.loaders.set(key, loader);
		return loader;
	}

	private async closeAll(isInScope: (loader: RunLoader) => boolean): Promise<void> {
		await settleAll([...this.loaders.values()].filter(isInScope), (loader) => this.close(loader));
		// In the order of the items, not of closing.
		this.failures.sort((a, b) => a.item - b.item);
	}

	/** Never rejects, so that the other runs are closed too. */
	private async close(loader: RunLoader): Promise<void> {
		if (loader.failure) this.failures.push(loader.failure);
		if (!loader.run.syncRunId) return;
		try {
			await this.options.finishRun(this.toRunEnd(loader));
		} catch (error) {
			// The run stays open until its lease ends. An earlier failure stays the first one reported.
			loader.fail(error, loader.lastItem);
			this.failures.push({ error, item: loader.lastItem });
		}
	}

	private toRunEnd({ run: { tenantId, syncRunId }, failure }: RunLoader): RunEnd {
		if (!failure) return { tenantId, syncRunId, status: 'succeeded' };
		return { tenantId, syncRunId, status: 'failed', error: { ...this.options.explain(failure.error) } };
	}
}
