import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { explain, nodeError } from '../adapter/errors';
import { paired } from '../adapter/items';
import type { Incoming } from './incoming';

/** What the input items are to the node. */
export interface Intake {
	incoming: Incoming[];
	/** What could not be placed, where the node is set to continue. */
	refused: INodeExecutionData[];
	/** Closes what was opened for the items: nothing will come of them. */
	stop(error: unknown): Promise<void>;
}

/** An item that cannot be placed stops the node, unless it is set to continue: then it comes out as refused. */
export function refusedItem(
	context: IExecuteFunctions,
	json: object,
	item: number,
	error: Error,
): INodeExecutionData {
	if (!context.continueOnFail()) throw nodeError(context.getNode(), error, item);
	return paired({ type: 'REFUSED', item, reason: explain(error), record: json }, item);
}
