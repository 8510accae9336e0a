import type { IDataObject } from 'n8n-workflow';

import { explain } from '../adapter/errors';
import type { OwnRuns } from '../adapter/own-runs';
import { MessageCheck } from './check-message';
import { WiringError } from './failure';
import { parseLoadMessage } from './parse-message';
import type { RunLoader } from './run-loader';
import { Loading, type LoadingOptions } from './run-router';

export interface MessageLoadingOptions extends LoadingOptions {
	runs: OwnRuns;
	/** Whether a Finish follows this node; if so, it closes the runs. */
	finishFollows: boolean;
}

/** Loads messages of Zixly nodes, each into its run of this execution. */
export class MessageLoading extends Loading<MessageLoadingOptions> {
	private readonly messages = new MessageCheck();

	take(item: number, json: IDataObject): Promise<void> | undefined {
		// A preview belongs to no run and is not stored.
		if (json.preview === true) return void this.options.output.emit(json, item);
		const run = this.options.runs.find(json);
		if (!run) return this.rejectForeign(item, json);
		const message = parseLoadMessage(json);
		if (!message) return void this.options.output.emit(json, item);
		const loader = this.loaders.get(run.syncRunId) ?? this.createLoader(run.syncRunId, run);
		const checked = this.messages.check(run, message, json);
		switch (checked.type) {
			case 'RECORD':
				return void loader.fail(notNormalised(), item);
			case 'FAULTY':
				this.options.output.reject({ ...json, reason: checked.reason }, item);
				return checked.rejected && loader.receive(item, { type: 'REJECTED', value: checked.rejected }, json);
			default:
				return loader.receive(item, checked, json);
		}
	}

	override async keepWhile(work: () => Promise<void>): Promise<void> {
		await this.options.runs.keepWhile(work);
	}

	// A run without a connection was opened by Transform & Normalize or by a replay.
	protected closes(loader: RunLoader): boolean {
		const { integrationId } = loader.run;
		return integrationId === null && !this.options.finishFollows && (loader.hasEnded || !!loader.failure);
	}

	protected closesWhenStopped(loader: RunLoader): boolean {
		return loader.run.integrationId === null && !this.options.finishFollows;
	}

	/** Reached only if the node is set to continue; otherwise it stopped before the first item. */
	private rejectForeign(item: number, json: IDataObject): undefined {
		const { message } = explain(this.options.runs.explain(json, item));
		const reason = { code: 'not_our_run', path: 'syncRunId', message };
		this.options.output.reject({ ...json, reason }, item);
	}
}

const notNormalised = (): WiringError =>
	new WiringError(
		'A raw record reached Postgres Upsert.',
		'Put Transform & Normalize before it. Nothing more of this run was stored; the next run reads it again.',
	);
