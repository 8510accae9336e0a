import type { IExecuteFunctions } from 'n8n-workflow';

/**
 * What a run's `execution_id` holds: n8n numbers its executions in each instance anew, and two instances that share a
 * database must not take each other's runs.
 * @param executionId another execution's number in this instance; this one's unless given
 */
export function executionKeyOf(
	context: Pick<IExecuteFunctions, 'getExecutionId' | 'getInstanceId'>,
	executionId = context.getExecutionId(),
): string {
	return `${context.getInstanceId()}:${executionId}`;
}
