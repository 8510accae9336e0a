import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { cancelledBy } from '../../db/postgres/cancellation';
import { nodeError } from './errors';

/** The operations of a node, by `resource:operation`. */
export type Operations = Record<string, (context: IExecuteFunctions) => Promise<INodeExecutionData[]>>;

/** Runs the selected operation. Its errors are converted to n8n's. */
export async function runChosen(
	context: IExecuteFunctions,
	operations: Operations,
): Promise<INodeExecutionData[]> {
	const chosen = `${context.getNodeParameter('resource', 0)}:${context.getNodeParameter('operation', 0)}`;
	const operation = operations[chosen];
	try {
		if (!operation) throw new Error(`The operation "${chosen}" does not exist. Choose one from the list.`);
		return await cancelledBy(context.getExecutionCancelSignal(), async () => await operation(context));
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

/** Shows the fields only for these operations of a resource. */
export const showForOperations = (
	resource: string,
	operations: string[],
	properties: INodeProperties[],
): INodeProperties[] =>
	updateDisplayOptions({ show: { resource: [resource], operation: operations } }, properties);
