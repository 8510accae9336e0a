import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { listRuns, runsOfExecution } from '../../../db/runs/list';
import { finishRun, type FinishedRun, type RunEnd } from '../../../db/runs/finish';
import { settleAll } from '../../shared/concurrency';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { buildExecutionKey } from '../../adapter/execution';
import { simplifyResults } from '../../adapter/simplify';
import { excerpt } from '../../shared/text';
import { summarizeSilentRun, type RunOutcome } from './outcome';
import { simplifyEndedRun } from './simplify';
import { computeRetryDelayMs, countFailedInARow, MAX_EARLIER_RUNS } from './retry';

/**
 * Closes the runs that a failed execution of this n8n left open, with the reason: one item each. Safe to call late or
 * twice: runs that are closed or were taken over are left alone.
 */
export async function failRunsOfExecution(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const executionId = String(context.getNodeParameter('executionId', item, '') ?? '').trim();
		// A trigger that fails has no execution, and so no runs.
		if (!executionId) return [];
		const [reason, node, name] = ['reason', 'failedNode', 'errorName'].map((parameter) =>
			String(context.getNodeParameter(parameter, item, '') ?? '').trim(),
		) as [string, string, string];
		const error = { class: name === CRASHED ? 'crashed' : 'internal', message: buildMessage(reason, node) };
		const runs = await runsOfExecution(pool, buildExecutionKey(context, executionId));
		const { results, errors } = await settleAll(
			runs,
			async (run) => await fail(pool, summarizeSilentRun(run), error),
		);
		// Thrown last, so that one run that cannot be closed does not keep the others open.
		if (errors.length > 0) throw errors[0];
		return simplifyResults(context, item, results, simplifyEndedRun);
	});
}

/** In characters: errors of other nodes may quote whole replies. */
const MAX_REASON = 2_000;

/** The name n8n gives the error of an execution whose process ended. */
const CRASHED = 'WorkflowCrashedError';

async function fail(
	pool: Pool,
	outcome: RunOutcome,
	error: NonNullable<RunEnd['error']>,
): Promise<FinishedRun> {
	const { tenantId, syncRunId, integrationId } = outcome;
	const history = integrationId
		? await listRuns(pool, { tenantId, integrationId, limit: MAX_EARLIER_RUNS })
		: [];
	const earlier = history.filter(({ id }) => id !== syncRunId);
	return await finishRun(pool, {
		tenantId,
		syncRunId,
		status: 'failed',
		error,
		retryInMs: integrationId ? computeRetryDelayMs(outcome, countFailedInARow(earlier)) : null,
	});
}

function buildMessage(reason: string, node: string): string {
	const where = node ? ` at the node "${excerpt(node)}"` : '';
	const why = reason ? `: ${excerpt(reason, MAX_REASON)}` : '';
	return `The execution stopped${where}${why}. Nothing is lost: the next run resumes from the last state.`;
}
