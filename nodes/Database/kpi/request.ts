import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Bucket, KpiRequest, KpiResult } from '../../../db/readers/kpi-request';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';
import { readTenantId } from '../../adapter/parameters';
import { readRange } from './range';

/** The largest number of rows that one item may ask for. */
const MAX_ROWS = 5_000;

/** Reads what all KPI operations have in common. */
export function readRequest(context: IExecuteFunctions, item: number): KpiRequest {
	const client = context.getNodeParameter('clientKpiId', item, '', { extractValue: true }) as string;
	const bucket = context.getNodeParameter('groupBy', item, 'month') as Bucket;
	const limit = context.getNodeParameter('limit', item, 50) as number;
	return {
		tenantId: readTenantId(context, item),
		client: client || undefined,
		bucket,
		...readRange(context, item, bucket),
		limit: Math.min(Math.max(Math.floor(limit), 1), MAX_ROWS),
	};
}

/** Answers each item with its rows, and hints where older ones were left out. */
export async function answerItems<Row extends object>(
	context: IExecuteFunctions,
	read: (item: number) => Promise<{ request: KpiRequest; result: KpiResult<Row> }>,
	show: (row: Row, item: number) => object = (row) => row,
): Promise<INodeExecutionData[]> {
	const cuts = new Set<number>();
	const output = await mapItems(context, async (item) => {
		const { request, result } = await read(item);
		if (result.isCut) cuts.add(request.limit);
		return result.rows.map((row) => show(row, item));
	});
	for (const limit of cuts) {
		const message = `Only the newest ${limit} rows are shown. Raise Limit, or choose a shorter range.`;
		addHint(context, { message, type: 'warning' });
	}
	return output;
}
