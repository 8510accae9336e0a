import type { RunHolder } from '../../../db/runs/open';

/** An execution that holds runs; the default is the one that `nodeContext` stands for. */
export function holder(executionId = EXECUTION, more: Partial<RunHolder> = {}): RunHolder {
	return { executionId, workflowId: 'instance-1:workflow-1', mode: 'trigger', ...more };
}

export const EXECUTION = 'instance-1:execution-1';
