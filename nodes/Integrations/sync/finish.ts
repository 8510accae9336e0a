import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { finishRun, listRuns, runsOfExecution, type FinishedRun } from '../../../db/sync-runs';
import { messageIn } from '../../shared/messages';
import { databaseFor } from '../../shared/n8n/database';
import { nodeError } from '../../shared/n8n/errors';
import { executionKeyOf } from '../../shared/n8n/execution';
import { paired } from '../../shared/n8n/items';
import { OwnRuns, type StrangerError } from '../../shared/n8n/own-runs';
import { failedInARow, RUNS_LOOKED_AT } from './history';
import { outcomesOf, silentRun, type RunOutcome } from './outcome';
import { ownMessages } from './own-messages';
import { retryInMs } from './retry';
import { findWarnings } from './run-warnings';

/**
 * Closes every run of this execution: those whose messages came in, and those that nothing came of: one item each.
 * @throws NodeOperationError at the end, for messages of other executions' runs or a run that cannot be closed
 */
export async function finishRuns(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	const items = context.getInputData();
	const runs = await OwnRuns.load(context, pool, items);
	const outcomes = outcomesOf(ownMessages(items, runs));
	const heardOf = new Set(outcomes.map(({ syncRunId }) => syncRunId));
	for (const run of await runsOfExecution(pool, executionKeyOf(context))) {
		if (!heardOf.has(run.syncRunId)) outcomes.push(silentRun(run));
	}
	const { syncEvery = 6 } = context.getNodeParameter('options', 0, {}) as { syncEvery?: number };
	const finished: INodeExecutionData[] = [];
	const troubles: unknown[] = strangersIn(items, runs);
	for (const outcome of outcomes) {
		try {
			finished.push(paired(await finish(pool, outcome, syncEvery), lastItemOf(outcome, items)));
		} catch (error) {
			troubles.push(error);
		}
	}
	// Only now: one run that cannot be closed must not keep the others open.
	if (troubles.length > 0) throw nodeError(context.getNode(), troubles[0]);
	return finished;
}

/** The first message of a run that is not this execution's. What was only for a look has none. */
function strangersIn(items: readonly INodeExecutionData[], runs: OwnRuns): StrangerError[] {
	const isStranger = ({ json }: INodeExecutionData): boolean =>
		messageIn(json) !== undefined && typeof json.syncRunId === 'string' && !runs.find(json);
	const first = items.findIndex(isStranger);
	return first < 0 ? [] : [runs.explain(items[first]!.json, first)];
}

async function finish(pool: Pool, outcome: RunOutcome, syncEveryHours: number): Promise<object> {
	const { tenantId, syncRunId, integrationId } = outcome;
	const history = integrationId
		? await listRuns(pool, { tenantId, integrationId, limit: RUNS_LOOKED_AT })
		: [];
	const run = history.find(({ id }) => id === syncRunId);
	const earlier = history.filter(({ id }) => id !== syncRunId);
	const [first] = outcome.failures;
	const finished = await finishRun(pool, {
		tenantId,
		syncRunId,
		status: outcome.status,
		error: first && {
			...first.failure,
			stream: first.stream,
			accountId: first.accountId,
			failures: outcome.failures.length,
		},
		...(outcome.aside
			? { retryAt: earlier[0]?.retryAt ?? null }
			: { retryInMs: retryInMs(outcome, failedInARow(earlier)) }),
		aside: outcome.aside,
		warnings: [...outcome.warnings, ...findWarnings(run, earlier)],
		needsPerson: outcome.needsPerson,
	});
	return {
		tenantName: run?.tenantName,
		...finished,
		hasMore: outcome.hasMore,
		nextDue: nextDue(finished, syncEveryHours),
	};
}

/** When the connection is due again: null where a person must mend it first, or where no connection was synced. */
function nextDue(
	{ integrationId, status, finishedAt, retryAt }: FinishedRun,
	syncEveryHours: number,
): string | null {
	if (retryAt) return retryAt;
	if (!integrationId || status !== 'succeeded' || !finishedAt) return null;
	return new Date(Date.parse(finishedAt) + syncEveryHours * 3_600_000).toISOString();
}

function lastItemOf({ syncRunId }: RunOutcome, items: INodeExecutionData[]): number {
	const last = items.findLastIndex(({ json }) => json.syncRunId === syncRunId && messageIn(json));
	return Math.max(0, last);
}
