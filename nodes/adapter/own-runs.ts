import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { ExplainedError } from '../../db/postgres/explained-error';
import { renewLeases } from '../../db/runs/claim';
import { takeRuns, type NamedRun } from '../../db/runs/take';
import { HEARTBEAT_MS, withHeartbeat } from '../shared/heartbeat';
import { buildRunHolder, parseExecutionKey } from './execution';

/** An item is not a message of a run of this execution. */
export class StrangerError extends ExplainedError {}

/**
 * The runs that the items of a node belong to. Items are untrusted data: the run that an item names is accepted only if
 * it belongs to this execution, and tenant, provider and integration are then taken from the run.
 */
export class OwnRuns {
	private last: { id: unknown; run: NamedRun } | undefined;

	private constructor(
		private readonly pool: Pool,
		private readonly named: ReadonlyMap<string, NamedRun>,
		private readonly executionId: string,
	) {}

	/** Loads all runs that the items name, in one query. */
	static async load(
		context: IExecuteFunctions,
		pool: Pool,
		items: readonly INodeExecutionData[],
	): Promise<OwnRuns> {
		const holder = buildRunHolder(context);
		const named = await takeRuns(pool, collectRunIds(items), holder);
		return new OwnRuns(pool, new Map(named.map((run) => [run.syncRunId, run])), holder.executionId);
	}

	/** The run of this execution that the item belongs to, even if it has ended; undefined if there is none. */
	find(json: Record<string, unknown>): NamedRun | undefined {
		// Usually it is the run of the previous item.
		if (this.last?.id === json.syncRunId) return this.last?.run;
		const run = typeof json.syncRunId === 'string' ? this.named.get(json.syncRunId) : undefined;
		if (run?.executionId !== this.executionId) return undefined;
		this.last = { id: json.syncRunId, run };
		return run;
	}

	/** Renews the leases of these runs while `work` runs: other tenants' chunks may take long. */
	async keepWhile<T>(work: () => Promise<T>): Promise<T> {
		const own = [...this.named.values()].filter(({ executionId }) => executionId === this.executionId);
		const ids = own.map(({ syncRunId }) => syncRunId);
		if (ids.length === 0) return await work();
		return await withHeartbeat(HEARTBEAT_MS, async () => await renewLeases(this.pool, ids), work);
	}

	/** @throws StrangerError for the first item that is not a message of a run of this execution; previews have no run */
	assertOwnMessages(items: readonly INodeExecutionData[]): void {
		for (const [item, { json }] of items.entries()) {
			if (json.preview !== true && (typeof json.type !== 'string' || !this.find(json)))
				throw this.explain(json, item);
		}
	}

	/** Why the item is not accepted, and what to do. */
	explain(json: Record<string, unknown>, item: number): StrangerError {
		const { syncRunId } = json;
		const run = typeof syncRunId === 'string' ? this.named.get(syncRunId) : undefined;
		if (!syncRunId || run?.executionId === this.executionId) return noMessage(item);
		if (!run) return unknownRun(item);
		return run.status === 'running' ? othersRun(item, run) : endedRun(item, run);
	}
}

/** The run ids in the items, each once. */
function collectRunIds(items: readonly INodeExecutionData[]): string[] {
	const ids = new Set<string>();
	let last: unknown;
	for (const { json } of items) {
		if (json.syncRunId === last) continue;
		last = json.syncRunId;
		if (typeof last === 'string' && last !== '') ids.add(last);
	}
	return [...ids];
}

const START_AGAIN =
	'Execute the workflow from its start, so that it opens its own run. Nothing is lost: what was not stored is read again.';

const noMessage = (item: number): StrangerError =>
	new StrangerError(
		`Item ${item} is not a message of a run.`,
		'If these are your own items, set Input to Items. Otherwise keep the fields that the Zixly nodes added.',
	);

const unknownRun = (item: number): StrangerError =>
	new StrangerError(`Item ${item} names a run that does not exist.`, START_AGAIN);

const endedRun = (item: number, { status }: NamedRun): StrangerError =>
	new StrangerError(
		`Item ${item} belongs to a run of an earlier execution that has ended (${status}).`,
		START_AGAIN,
	);

const othersRun = (item: number, { executionId }: NamedRun): StrangerError =>
	new StrangerError(
		`Item ${item} belongs to a run that execution ${parseExecutionKey(executionId, '').id} opened, and only that execution may continue it.`,
		`${START_AGAIN} A sub-workflow opens its own runs.`,
	);
