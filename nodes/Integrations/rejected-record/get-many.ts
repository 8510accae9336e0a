import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listRejected } from '../../../db/runs/rejected-records';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';
import { simplifyResults } from '../../adapter/simplify';
import { simplifyRejected } from './simplify';
import { readRejectedFilter } from './filters';

/** What the field Show chooses, as a filter. */
export const RESOLVED: Record<string, boolean | undefined> = { open: false, resolved: true, all: undefined };

/** Lists rejected records with their reasons, newest first. */
export async function getRejected(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const show = context.getNodeParameter('show', item, 'open') as string;
		const records = await listRejected(pool, {
			...readRejectedFilter(context, item),
			resolved: RESOLVED[show],
			withPayload: context.getNodeParameter('includePayload', item, false) as boolean,
			limit: readMaxRows(context, item),
		});
		return simplifyResults(context, item, records, simplifyRejected);
	});
}
