import { NodeOperationError, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { finishRun, isUpToDate, type FinishedRun } from '../../../db/runs/finish';
import { listRuns, runsOfExecution } from '../../../db/runs/list';
import { parseMessage } from '../../shared/messages';
import { settleAll } from '../../shared/concurrency';
import { getDatabase } from '../../adapter/database';
import { nodeError } from '../../adapter/errors';
import { buildExecutionKey } from '../../adapter/execution';
import { addHint } from '../../adapter/hints';
import { pairItem } from '../../adapter/items';
import { readSimplify } from '../../adapter/simplify';
import { OwnRuns, type StrangerError } from '../../adapter/own-runs';
import { describeFailedRuns, type FailWhen } from './failed-runs';
import { summarizeRuns, summarizeSilentRun, waitsForConsent, type RunOutcome } from './outcome';
import { ownMessages } from './own-messages';
import { computeRetryDelayMs, countFailedInARow, MAX_EARLIER_RUNS } from './retry';
import { findWarnings } from './run-warnings';
import { summarizeFinished } from './summary';
import { simplifyEndedRun } from './simplify';

interface FinishFields {
	syncEvery?: number;
	failWhen?: FailWhen;
}

/** A run in the output. */
type EndedRun = FinishedRun & { tenantName?: string; hasMore: boolean; nextDue: string | null };

/**
 * Closes every run of this execution, including those without any message: one item each.
 * @throws NodeOperationError at the end, for messages of other executions' runs, a run that cannot be closed, or failed
 *   runs, depending on *Fail When*
 */
export async function finishRuns(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const items = context.getInputData();
	const runs = await OwnRuns.load(context, pool, items);
	const outcomes = summarizeRuns(ownMessages(items, runs));
	const heardOf = new Set(outcomes.map(({ syncRunId }) => syncRunId));
	for (const run of await runsOfExecution(pool, buildExecutionKey(context))) {
		if (!heardOf.has(run.syncRunId)) outcomes.push(summarizeSilentRun(run));
	}
	const { syncEvery = 6, failWhen } = context.getNodeParameter('options', 0, {}) as FinishFields;
	const { results: finished, errors } = await settleAll(outcomes, async (outcome) => ({
		item: findLastItem(outcome, items),
		run: await finish(pool, outcome, syncEvery),
	}));
	const troubles: unknown[] = [...listStrangers(items, runs), ...errors];
	// Thrown last, so that one run that cannot be closed does not keep the others open.
	if (troubles.length > 0) throw nodeError(context.getNode(), troubles[0]);
	const ended = finished.map(({ run }) => run);
	const failure = describeFailedRuns(ended, failWhen);
	if (failure && !context.continueOnFail()) {
		throw new NodeOperationError(context.getNode(), failure.message, { description: failure.description });
	}
	addHint(context, summarizeFinished(ended, items));
	const isSimplified = readSimplify(context, 0);
	return finished.map(({ item, run }) => pairItem(isSimplified ? simplifyEndedRun(run) : run, item));
}

/** The first message of another execution's run. Preview messages have no run. */
function listStrangers(items: readonly INodeExecutionData[], runs: OwnRuns): StrangerError[] {
	const isStranger = ({ json }: INodeExecutionData): boolean =>
		parseMessage(json) !== undefined && typeof json.syncRunId === 'string' && !runs.find(json);
	const first = items.findIndex(isStranger);
	return first < 0 ? [] : [runs.explain(items[first]!.json, first)];
}

async function finish(pool: Pool, outcome: RunOutcome, syncEveryHours: number): Promise<EndedRun> {
	const { tenantId, syncRunId, integrationId } = outcome;
	const history = integrationId
		? await listRuns(pool, { tenantId, integrationId, limit: MAX_EARLIER_RUNS })
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
		...(outcome.keepsSchedule
			? { retryAt: earlier[0]?.retryAt ?? null }
			: { retryInMs: computeRetryDelayMs(outcome, countFailedInARow(earlier)) }),
		keepsSchedule: outcome.keepsSchedule,
		warnings: [...outcome.warnings, ...findWarnings(run, earlier, first !== undefined)],
		requiresAction: outcome.requiresAction,
		needsConsent: describeMissingConsent(outcome),
	});
	return {
		tenantName: run?.tenantName,
		...finished,
		hasMore: outcome.hasMore,
		nextDue: nextDue(finished, syncEveryHours),
	};
}

/** What was skipped for want of a scope, in words; undefined if nothing was. */
function describeMissingConsent({ failures }: RunOutcome): string | undefined {
	const messages = failures.filter(waitsForConsent).map(({ failure }) => failure.message);
	return messages.length > 0 ? [...new Set(messages)].join(' ') : undefined;
}

/** When the connection is due again: null if it requires action first, or if no connection was synced. */
function nextDue(finished: FinishedRun, syncEveryHours: number): string | null {
	const { integrationId, finishedAt, retryAt } = finished;
	if (retryAt) return retryAt;
	if (!integrationId || !isUpToDate(finished) || !finishedAt) return null;
	return new Date(Date.parse(finishedAt) + syncEveryHours * 3_600_000).toISOString();
}

function findLastItem({ syncRunId }: RunOutcome, items: INodeExecutionData[]): number {
	const last = items.findLastIndex(({ json }) => json.syncRunId === syncRunId && parseMessage(json));
	return Math.max(0, last);
}
