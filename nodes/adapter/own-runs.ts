import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { takeRuns, type NamedRun } from '../../db/runs/take';
import { buildRunHolder, shownExecution } from './execution';

/** Something of an item about which the node can say only that it is none of this execution's messages. */
export class StrangerError extends Error {}

/**
 * The runs that the items of a node belong to. Items are data: what they say of a run is taken only where the run is this
 * execution's, and then tenant, provider and integration are the run's own.
 */
export class OwnRuns {
	private last: { id: unknown; run: NamedRun } | undefined;

	private constructor(
		private readonly named: ReadonlyMap<string, NamedRun>,
		private readonly executionId: string,
	) {}

	/** Looks up all runs that the items name, at once. */
	static async load(
		context: IExecuteFunctions,
		pool: Pool,
		items: readonly INodeExecutionData[],
	): Promise<OwnRuns> {
		const holder = buildRunHolder(context);
		const named = await takeRuns(pool, collectRunIds(items), holder);
		return new OwnRuns(new Map(named.map((run) => [run.syncRunId, run])), holder.executionId);
	}

	/** The run of this execution that the item belongs to, also where it has ended; undefined where there is none. */
	find(json: Record<string, unknown>): NamedRun | undefined {
		// Mostly it is the run of the item before.
		if (this.last?.id === json.syncRunId) return this.last?.run;
		const run = typeof json.syncRunId === 'string' ? this.named.get(json.syncRunId) : undefined;
		if (run?.executionId !== this.executionId) return undefined;
		this.last = { id: json.syncRunId, run };
		return run;
	}

	/** @throws StrangerError for the first item that is no message of a run of this execution; previews belong to none */
	assertOwnMessages(items: readonly INodeExecutionData[]): void {
		for (const [item, { json }] of items.entries()) {
			if (json.preview !== true && (typeof json.type !== 'string' || !this.find(json)))
				throw this.explain(json, item);
		}
	}

	/** Why the item is not taken, in words for a person. */
	explain(json: Record<string, unknown>, item: number): StrangerError {
		const { syncRunId } = json;
		const run = typeof syncRunId === 'string' ? this.named.get(syncRunId) : undefined;
		if (!syncRunId || run?.executionId === this.executionId) return new StrangerError(noMessage(item));
		if (!run) return new StrangerError(unknownRun(item));
		return new StrangerError(run.status === 'running' ? othersRun(item, run) : endedRun(item, run));
	}
}

/** The ids that the items give, each once. */
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
	'Execute the workflow from its start, so that it opens a run of its own. Nothing is lost: what was not stored is read again.';

const noMessage = (item: number): string =>
	`Item ${item} is no message of a run. Set Input to Items where the items are your own; otherwise leave the fields that the Zixly nodes gave it.`;

const unknownRun = (item: number): string => `Item ${item} names a run that does not exist. ${START_AGAIN}`;

const endedRun = (item: number, { status }: NamedRun): string =>
	`Item ${item} belongs to a run of an earlier execution that has ended (${status}). ${START_AGAIN}`;

const othersRun = (item: number, { executionId }: NamedRun): string =>
	`Item ${item} belongs to a run that execution ${shownExecution(executionId)} opened, and only that one may go on with it. ${START_AGAIN} A sub-workflow opens runs of its own.`;
