import type { IDataObject } from 'n8n-workflow';

import type { LoadRejection } from '../../db/load/input';
import type { NamedRun } from '../../db/runs/take';
import { explain } from '../adapter/errors';
import type { OwnRuns } from '../adapter/own-runs';
import { findOriginFault, findStateFault } from './check-origin';
import { WiringError } from './failure';
import { parseLoadMessage, rejectChange, type LoadMessage } from './parse-message';
import type { RunLoader } from './run-loader';
import { Loading, type LoadingOptions } from './run-router';

export interface MessageLoadingOptions extends LoadingOptions {
	runs: OwnRuns;
	/** Whether a Finish follows this node; if so, it closes the runs. */
	finishFollows: boolean;
}

/** A stream of an account within a run. */
interface RunStream {
	run: NamedRun;
	loader: RunLoader;
	stream: unknown;
	accountId: unknown;
	/** Set if the run does not have this stream or account. */
	fault: LoadRejection | undefined;
}

/** Loads messages of Zixly nodes, each into its run of this execution. */
export class MessageLoading extends Loading<MessageLoadingOptions> {
	/** Runs whose last message has arrived. */
	private readonly ended = new Set<RunLoader>();
	private last: RunStream | undefined;

	take(item: number, json: IDataObject): Promise<void> | undefined {
		// A preview belongs to no run and is not stored.
		if (json.preview === true) return void this.options.output.emit(json, item);
		const run = this.options.runs.find(json);
		if (!run) return this.rejectForeign(item, json);
		const message = parseLoadMessage(json);
		if (!message) return void this.options.output.emit(json, item);
		const { loader, fault: wrongOrigin } = this.resolveStream(run, json);
		const fault = wrongOrigin ?? (message.type === 'STATE' ? findStateFault(message.state) : undefined);
		return fault
			? this.loadFaulty(loader, item, json, message, fault)
			: this.load(loader, item, json, message);
	}

	override async keepWhile(work: () => Promise<void>): Promise<void> {
		await this.options.runs.keepWhile(work);
	}

	// A run without a connection was opened by Transform & Normalize or by a replay.
	protected closes(loader: RunLoader): boolean {
		const { integrationId } = loader.run;
		return (
			integrationId === null && !this.options.finishFollows && (this.ended.has(loader) || !!loader.failure)
		);
	}

	protected closesWhenStopped(loader: RunLoader): boolean {
		return loader.run.integrationId === null && !this.options.finishFollows;
	}

	private load(
		loader: RunLoader,
		item: number,
		json: IDataObject,
		message: LoadMessage,
	): Promise<void> | undefined {
		switch (message.type) {
			case 'ROW':
				return loader.addRow(item, message.row, json);
			case 'DELETED':
				return loader.addDeletion(item, message.deletion, json);
			case 'REJECTED':
				return loader.addRejected(item, message.rejected);
			case 'STATE':
				if (message.endsRun) this.ended.add(loader);
				return void loader.addState(item, message.state, json);
			case 'RECORD':
				return void loader.fail(notNormalised(), item);
		}
	}

	/** Keeps a row or deletion as a rejection and drops a STATE, so that it moves nothing. */
	private loadFaulty(
		loader: RunLoader,
		item: number,
		json: IDataObject,
		message: LoadMessage,
		reason: LoadRejection,
	): Promise<void> | undefined {
		// A rejected record is kept whatever is wrong with it.
		if (message.type === 'REJECTED' || message.type === 'RECORD')
			return this.load(loader, item, json, message);
		this.options.output.reject({ ...json, reason }, item);
		if (message.type === 'STATE') return undefined;
		const change = message.type === 'ROW' ? message.row : message.deletion;
		return loader.addRejected(item, rejectChange(change, reason));
	}

	/** Usually the stream of the previous item. */
	private resolveStream(run: NamedRun, { stream, accountId }: IDataObject): RunStream {
		const { last } = this;
		if (last?.run === run && last.stream === stream && last.accountId === accountId) return last;
		const loader = this.loaders.get(run.syncRunId) ?? this.createLoader(run.syncRunId, run);
		this.last = { run, loader, stream, accountId, fault: findOriginFault(run, stream, accountId) };
		return this.last;
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
