import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { explain, nodeError } from './errors';

/** An output item, paired with the input item that it comes from. */
export function pairItem(json: object, item: number): INodeExecutionData {
	return { json: json as IDataObject, pairedItem: { item } };
}

/**
 * Runs `work` for every input item and pairs the results with it. If the node is set to continue on error, a failed
 * item becomes an item with the error, and the others are processed.
 */
export async function mapItems(
	context: IExecuteFunctions,
	work: (item: number) => Promise<object[]>,
): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (let item = 0; item < context.getInputData().length; item++) {
		try {
			for (const json of await work(item)) output.push(pairItem(json, item));
		} catch (error) {
			if (!context.continueOnFail()) throw nodeError(context.getNode(), error, item);
			output.push(pairItem({ error: explain(error as Error).message, item }, item));
		}
	}
	return output;
}
