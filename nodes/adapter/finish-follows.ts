import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** Whether an enabled Sync: Finish comes after this node in the workflow: then it closes the runs. */
export function finishFollows(context: IExecuteFunctions): boolean {
	const after = context.getChildNodes(context.getNode().name, { includeNodeParameters: true });
	return after.some(({ type, disabled, parameters }) => !disabled && isFinish(type, parameters));
}

function isFinish(type: string, parameters: IDataObject | undefined): boolean {
	const { resource = 'sync', operation } = parameters ?? {};
	return type.endsWith('.integrations') && resource === 'sync' && operation === 'finish';
}
