import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Bucket, KpiRequest, KpiResult } from '../../../db/readers/kpi-request';
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

/** Answers each item with its rows, and hints where there are none or not all. */
export async function answerItems<Row extends object>(
	context: IExecuteFunctions,
	read: (item: number) => Promise<{ request: KpiRequest; result: KpiResult<Row> }>,
	show: (row: Row, item: number) => object = (row) => row,
): Promise<INodeExecutionData[]> {
	const hints = new Set<string>();
	const output = await mapItems(context, async (item) => {
		const { request, result } = await read(item);
		const hint = explainRows(request, result);
		if (hint) hints.add(hint);
		return result.rows.map((row) => show(row, item));
	});
	for (const message of hints) context.addExecutionHints({ message, location: 'outputPane' });
	return output;
}

function explainRows(
	{ from, to, limit }: KpiRequest,
	{ rows, isCut }: KpiResult<object>,
): string | undefined {
	if (rows.length === 0)
		return `There are no figures from ${from} to ${to}. Nothing stored is not the same as zero.`;
	return isCut
		? `Only the newest ${limit} rows are shown. Raise Limit, or choose a shorter range.`
		: undefined;
}
