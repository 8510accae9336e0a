import type { IExecuteFunctions } from 'n8n-workflow';

import type { RunHolder } from '../../db/runs/open';

/**
 * The value of a run's `execution_id`. It includes the n8n instance: each instance numbers its executions from 1, and
 * two instances that share a database must not take each other's runs.
 * @param executionId the id of another execution of this instance; by default the current one
 */
export function buildExecutionKey(
	context: Pick<IExecuteFunctions, 'getExecutionId' | 'getInstanceId'>,
	executionId = context.getExecutionId(),
): string {
	return `${context.getInstanceId()}:${executionId}`;
}

/** Identifies this execution as the holder of the runs that it opens or continues. */
export function buildRunHolder(context: IExecuteFunctions): RunHolder {
	const { id } = context.getWorkflow();
	return {
		executionId: buildExecutionKey(context),
		workflowId: id ? `${context.getInstanceId()}:${id}` : null,
		mode: context.getMode(),
	};
}

/** The execution id as n8n shows it, and whether the execution is of the n8n with this instance id. */
export function parseExecutionKey(key: string | null, instanceId: string): { id: string; isOwn: boolean } {
	if (key === null) return { id: 'unknown', isOwn: false };
	const end = key.lastIndexOf(':');
	return { id: key.slice(end + 1), isOwn: key.slice(0, Math.max(0, end)) === instanceId };
}

/** The execution id as n8n shows it; says so if it is of another n8n. */
export function showExecution(key: string | null, instanceId: string): string | null {
	if (key === null) return null;
	const { id, isOwn } = parseExecutionKey(key, instanceId);
	return isOwn ? id : `${id} (of another n8n)`;
}
