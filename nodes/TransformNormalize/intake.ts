import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { explain, nodeError } from '../adapter/errors';
import { pairItem } from '../adapter/items';
import type { Incoming } from './incoming';

/** The input items, classified. */
export interface Intake {
	incoming: Incoming[];
	/** Items without a run or tenant, if the node is set to continue. */
	rejected: INodeExecutionData[];
	/** Closes the runs that were opened for the items as failed. */
	stop(error: unknown): Promise<void>;
}

/** Builds the output for an item without a run or tenant. Unless the node is set to continue, it throws instead. */
export function rejectItem(
	context: IExecuteFunctions,
	json: object,
	item: number,
	error: Error,
): INodeExecutionData {
	if (!context.continueOnFail()) throw nodeError(context.getNode(), error, item);
	return pairItem({ type: 'REJECTED', item, reason: explain(error), record: json }, item);
}
