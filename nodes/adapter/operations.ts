import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';

import { ExplainedError } from '../../db/postgres/explained-error';
import { cancelledBy } from '../../db/postgres/cancellation';
import { assertAllowedForAgents, isUsedByAgent, type ReadingOperations } from './agent-tools';
import { nodeError } from './errors';
import { addHint } from './hints';

/** The operations of a node, by `resource:operation`. */
export type Operations = Record<string, (context: IExecuteFunctions) => Promise<INodeExecutionData[]>>;

/** What an operation without output tells a person, by `resource:operation`; a function if it depends on the parameters. */
export type EmptyHints = Readonly<Record<string, string | ((context: IExecuteFunctions) => string)>>;

/** Runs the selected operation; for an AI agent only if it reads. Its errors are converted to n8n's. */
export async function runChosen(
	context: IExecuteFunctions,
	operations: Operations,
	emptyHints: EmptyHints,
	reading: ReadingOperations,
): Promise<INodeExecutionData[]> {
	try {
		const chosen = readChosen(context);
		const operation = operations[chosen];
		assertAllowedForAgents(context, chosen, reading);
		if (!operation)
			throw new ExplainedError(`The operation "${chosen}" does not exist.`, 'Choose one from the list.');
		const output = await cancelledBy(
			context.getExecutionCancelSignal(),
			async () => await operation(context),
		);
		const hint = emptyHints[chosen];
		if (output.length > 0 || hint === undefined) return output;
		const message = typeof hint === 'string' ? hint : hint(context);
		addHint(context, { message, type: 'info' });
		// An agent sees no hints.
		return isUsedByAgent(context) ? [{ json: { message } }] : output;
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

/** n8n leaves the operation out where the node's type offers none for the resource, as for an agent's tool. */
function readChosen(context: IExecuteFunctions): string {
	const operation = context.getNodeParameter('operation', 0, '') as string;
	return [context.getNodeParameter('resource', 0, '') as string, operation].filter(Boolean).join(':');
}

/** Shows the fields only for these operations of a resource. */
export const showForOperations = (
	resource: string,
	operations: string[],
	properties: INodeProperties[],
): INodeProperties[] =>
	updateDisplayOptions({ show: { resource: [resource], operation: operations } }, properties);
