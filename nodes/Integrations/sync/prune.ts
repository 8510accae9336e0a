import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { prune, type Pruned } from '../../../db/runs/retention';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { pairItem } from '../../adapter/items';

/** Deletes what is older than it is to be kept, once for all input items. Returns the counts as one item. */
export async function pruneHistory(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const readDays = (name: string): number => Number(context.getNodeParameter(name, 0));
	const pruned = await prune(await getDatabase(context), {
		runs: readDays('runDays'),
		rejectedRecords: readDays('rejectedDays'),
		timeline: readDays('timelineDays'),
		links: readDays('linkDays'),
	});
	addHint(context, { message: describePruned(pruned), type: 'info' });
	return [pairItem(pruned, 0)];
}

function describePruned({ runs, rejectedRecords, timeline, states, links, hasMore }: Pruned): string {
	const counts = `Deleted ${runs} runs, ${rejectedRecords} resolved rejected records, ${timeline} entries of timelines, ${links} links and ${states} begun consents.`;
	return hasMore ? `${counts} There is more: execute this again.` : counts;
}
