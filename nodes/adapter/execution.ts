import type { IExecuteFunctions } from 'n8n-workflow';

import type { RunHolder } from '../../db/runs/open';

/**
 * What a run's `execution_id` holds: n8n numbers its executions in each instance anew, and two instances that share a
 * database must not take each other's runs.
 * @param executionId another execution's number in this instance; this one's unless given
 */
export function buildExecutionKey(
	context: Pick<IExecuteFunctions, 'getExecutionId' | 'getInstanceId'>,
	executionId = context.getExecutionId(),
): string {
	return `${context.getInstanceId()}:${executionId}`;
}

/** This execution, as the runs that it opens or goes on with are marked. */
export function buildRunHolder(context: IExecuteFunctions): RunHolder {
	const { id } = context.getWorkflow();
	return {
		executionId: buildExecutionKey(context),
		workflowId: id ? `${context.getInstanceId()}:${id}` : null,
		mode: context.getMode(),
	};
}

/** The execution's number as n8n shows it. */
export const shownExecution = (key: string | null): string => key?.split(':').at(-1) ?? 'unknown';
