import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { OwnRuns } from '../adapter/own-runs';
import { eachInTurns } from '../shared/turns';
import { incomingMessage, incomingPreview, type Incoming } from './incoming';
import { rejectItem, type Intake } from './intake';

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
	const rejected: INodeExecutionData[] = [];
	const takeItem = ({ json }: INodeExecutionData, item: number): void => {
		const run = runs.find(json);
		if (json.preview === true) incoming.push(incomingPreview(json, item));
		else if (run) incoming.push(incomingMessage(json, item, run));
		else rejected.push(rejectItem(context, json, item, runs.explain(json, item)));
	};
	await eachInTurns(items, takeItem, context.getExecutionCancelSignal());
	return { incoming, rejected, stop: async () => await Promise.resolve() };
}
