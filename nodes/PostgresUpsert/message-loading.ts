import type { IDataObject } from 'n8n-workflow';

import type { LoadRejection } from '../../db/load/input';
import type { NamedRun } from '../../db/runs/take';
import { explain } from '../adapter/errors';
import type { OwnRuns } from '../adapter/own-runs';
import { WiringError } from './failure';
import { Loading, type LoadingOptions } from './run-router';
import { parseDeletion, parseRejected, parseRow, parseState } from './parse-message';
import { strangePlace } from './place';
import type { RunLoader } from './run-loader';

export interface MessageLoadingOptions extends LoadingOptions {
	runs: OwnRuns;
	/** Whether a Finish follows this node; if so, it closes the runs. */
	finishFollows: boolean;
}

/** A stream of an account within a run. */
interface Place {
	run: NamedRun;
	loader: RunLoader;
	stream: unknown;
	accountId: unknown;
	/** Set if the run does not have this stream or account. */
	strange: LoadRejection | undefined;
}

/** Loads messages of Zixly nodes, each into its run of this execution. */
export class MessageLoading extends Loading<MessageLoadingOptions> {
	/** Runs whose last message has arrived. */
	private readonly ended = new Set<RunLoader>();
	private last: Place | undefined;

	take(item: number, json: IDataObject): Promise<void> | undefined {
		// A preview belongs to no run and is not stored.
		if (json.preview === true) return void this.options.output.emit(json, item);
		const run = this.options.runs.find(json);
		if (!run) return this.refuse(item, json);
		// FAILURE, SUMMARY and message types of later versions pass through.
		if (!LOADED.has(json.type)) return void this.options.output.emit(json, item);
		const { loader, strange } = this.resolvePlace(run, json);
		if (strange && HELD_TO_PLACES.has(json.type)) return this.reject(loader, item, json, strange);
		return this.give(loader, item, json);
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

	private give(loader: RunLoader, item: number, json: IDataObject): Promise<void> | undefined {
		switch (json.type) {
			case 'ROW':
				return loader.addRow(item, parseRow(json), json);
			case 'DELETED':
				return loader.addDeletion(item, parseDeletion(json), json);
			case 'REJECTED':
				return loader.addRejected(item, parseRejected(json));
			case 'STATE':
				if (json.endsRun === true) this.ended.add(loader);
				return void loader.addState(item, parseState(json), json);
			default:
				return void loader.fail(unnormalised(), item);
		}
	}

	/** Usually the stream of the previous item. */
	private resolvePlace(run: NamedRun, { stream, accountId }: IDataObject): Place {
		const { last } = this;
		if (last?.run === run && last.stream === stream && last.accountId === accountId) return last;
		const loader = this.loaders.get(run.syncRunId) ?? this.createLoader(run.syncRunId, run);
		this.last = { run, loader, stream, accountId, strange: strangePlace(run, stream, accountId) };
		return this.last;
	}

	/** Keeps a row or deletion as a rejection; a STATE is dropped, so it moves nothing. */
	private reject(
		loader: RunLoader,
		item: number,
		json: IDataObject,
		reason: LoadRejection,
	): Promise<void> | undefined {
		this.options.output.refuse({ ...json, reason }, item);
		if (json.type === 'STATE') return undefined;
		const { table, client, row, leadId, deletedAt, metricName, recordDate, keptDate } = json;
		const deletion = { leadId, deletedAt, metricName, recordDate, keptDate };
		const record = { rows: [{ table, client, ...(json.type === 'DELETED' ? deletion : { row }) }] };
		return loader.addRejected(item, parseRejected({ ...json, stage: 'load', reason: { ...reason }, record }));
	}

	/** Reached only if the node is set to continue; otherwise it stopped before the first item. */
	private refuse(item: number, json: IDataObject): undefined {
		const { message } = explain(this.options.runs.explain(json, item));
		this.options.output.refuse(
			{ ...json, reason: { code: 'not_our_run', path: 'syncRunId', message } },
			item,
		);
	}
}

const LOADED: ReadonlySet<unknown> = new Set(['ROW', 'DELETED', 'REJECTED', 'STATE', 'RECORD']);

/** A REJECTED is exempt: it is kept whatever is wrong with it. */
const HELD_TO_PLACES: ReadonlySet<unknown> = new Set(['ROW', 'DELETED', 'STATE']);

function unnormalised(): WiringError {
	return new WiringError(
		'A raw record reached Postgres Upsert. Put Transform & Normalize before it. Nothing more of this run was stored; the next run reads it again.',
	);
}
