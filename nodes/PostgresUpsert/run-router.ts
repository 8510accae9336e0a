import type { IDataObject } from 'n8n-workflow';

import type { LoadRun } from '../../db/load/input';
import type { RunEnd } from '../../db/runs/finish';
import { settleAll } from '../shared/settle-all';
import { RunLoader, type RunLoaderOptions } from './run-loader';

export interface LoadingOptions extends RunLoaderOptions {
	finishRun: (end: RunEnd) => Promise<void>;
}

/** Takes the items in order and gives each to the run that it belongs to. */
export abstract class Loading<Options extends LoadingOptions = LoadingOptions> {
	/** Errors of runs that are closed here: no Finish will tell of them. */
	readonly failures: Array<{ error: unknown; item: number }> = [];

	protected readonly loaders = new Map<string, RunLoader>();

	constructor(protected readonly options: Options) {}

	/** A promise only where something had to be waited for: thousands of rows in a row need none. */
	abstract take(item: number, json: IDataObject): Promise<void> | undefined;

	/** Whether the run is to be closed once all that came is stored. */
	protected abstract closes(loader: RunLoader): boolean;

	/** The same where nothing more will come. */
	protected abstract closesWhenStopped(loader: RunLoader): boolean;

	/** Stores what is left and closes the runs that are to be closed here. */
	async end(): Promise<void> {
		for (const loader of this.loaders.values()) await loader.flush();
		await this.options.storing.done();
		for (const loader of this.loaders.values()) loader.summarise();
		await this.closeAll((loader) => this.closes(loader));
	}

	/** Closes them as failed: nothing more will come. */
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

	private async closeAll(isMeant: (loader: RunLoader) => boolean): Promise<void> {
		await settleAll([...this.loaders.values()].filter(isMeant), (loader) => this.close(loader));
		// As the items came, not as the runs were closed.
		this.failures.sort((a, b) => a.item - b.item);
	}

	/** Never rejects: the other runs are to be closed as well. */
	private async close(loader: RunLoader): Promise<void> {
		if (loader.failure) this.failures.push(loader.failure);
		if (!loader.run.syncRunId) return;
		try {
			await this.options.finishRun(this.toRunEnd(loader));
		} catch (error) {
			// The run stays open until its lease ends. What stopped it before is what the person must hear of first.
			loader.fail(error, loader.lastItem);
			this.failures.push({ error, item: loader.lastItem });
		}
	}

	private toRunEnd({ run: { tenantId, syncRunId }, failure }: RunLoader): RunEnd {
		if (!failure) return { tenantId, syncRunId, status: 'succeeded' };
		return { tenantId, syncRunId, status: 'failed', error: { ...this.options.explain(failure.error) } };
	}
}
