import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { explain, nodeError } from './errors';
import { paired } from './items';

/**
 * Does the same for every input item: its results are paired with it; where the node is set to continue, an item
 * that did not work becomes an item that says why, and the others go on.
 */
export async function eachItem(
	context: IExecuteFunctions,
	work: (item: number) => Promise<object[]>,
): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (let item = 0; item < context.getInputData().length; item++) {
		try {
			for (const json of await work(item)) output.push(paired(json, item));
		} catch (error) {
			if (!context.continueOnFail()) throw nodeError(context.getNode(), error, item);
			output.push(paired({ error: explain(error as Error).message, item }, item));
		}
	}
	return output;
}
