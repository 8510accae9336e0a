import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { OwnRuns } from '../adapter/own-runs';
import { eachInTurns } from '../shared/turns';
import { incomingMessage, incomingPreview, type Incoming } from './incoming';
import { refusedItem, type Intake } from './intake';

/**
 * Takes the messages of this execution's runs.
 * @throws StrangerError for the first other item, unless the node is set to continue
 */
export async function takeMessages(
	context: IExecuteFunctions,
	pool: Pool,
	items: readonly INodeExecutionData[],
): Promise<Intake> {
	const runs = await OwnRuns.load(context, pool, items);
	if (!context.continueOnFail()) runs.assertOwnMessages(items);
	const incoming: Incoming[] = [];
	const refused: INodeExecutionData[] = [];
	const take = ({ json }: INodeExecutionData, item: number): void => {
		const run = runs.find(json);
		if (json.preview === true) incoming.push(incomingPreview(json, item));
		else if (run) incoming.push(incomingMessage(json, item, run));
		else refused.push(refusedItem(context, json, item, runs.explain(json, item)));
	};
	await eachInTurns(items, take, context.getExecutionCancelSignal());
	return { incoming, refused, stop: async () => await Promise.resolve() };
}
