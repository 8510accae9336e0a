import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listRejected } from '../../../db/rejected-records';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';
import { maxRowsOf } from '../../shared/n8n/limit';
import { rejectedFilterOf } from './filters';

const RESOLVED: Record<string, boolean | undefined> = { open: false, resolved: true, all: undefined };

/** Lists rejected records with their reasons, those first that came last. */
export async function getRejected(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	return await eachItem(context, async (item) => {
		const show = context.getNodeParameter('show', item, 'open') as string;
		return await listRejected(pool, {
			...rejectedFilterOf(context, item),
			resolved: RESOLVED[show],
			withPayload: context.getNodeParameter('includePayload', item, false) as boolean,
			limit: maxRowsOf(context, item),
		});
	});
}
