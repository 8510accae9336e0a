import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';
import { cancelledBy } from '../../db/postgres/cancellation';
import { nodeError } from './errors';
import { addHint } from './hints';

/** The operations of a node, by `resource:operation`. */
export type Operations = Record<string, (context: IExecuteFunctions) => Promise<INodeExecutionData[]>>;

/** What an operation without output tells a person, by `resource:operation`; a function if it depends on the parameters. */
export type EmptyHints = Readonly<Record<string, string | ((context: IExecuteFunctions) => string)>>;

/** Runs the selected operation. Its errors are converted to n8n's. */
export async function runChosen(
	context: IExecuteFunctions,
	operations: Operations,
	emptyHints: EmptyHints,
): Promise<INodeExecutionData[]> {
	const chosen = `${context.getNodeParameter('resource', 0)}:${context.getNodeParameter('operation', 0)}`;
	const operation = operations[chosen];
	try {
		if (!operation)
			throw new ExplainedError(`The operation "${chosen}" does not exist.`, 'Choose one from the list.');
		const output = await cancelledBy(
			context.getExecutionCancelSignal(),
			async () => await operation(context),
		);
		const hint = emptyHints[chosen];
		if (output.length === 0 && hint !== undefined) {
			addHint(context, { message: typeof hint === 'string' ? hint : hint(context), type: 'info' });
		}
		return output;
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
