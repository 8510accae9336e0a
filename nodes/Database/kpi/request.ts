import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { ExplainedError } from '../../../db/postgres/explained-error';
import type { Bucket, KpiRequest, KpiResult } from '../../../db/readers/kpi-request';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';
import { readLimit } from '../../adapter/limit';
import { readTenantId } from '../../adapter/parameters';
import { excerpt } from '../../shared/text';
import { readRange } from './range';

/** The largest number of rows that one item may ask for. */
const MAX_ROWS = 5_000;

const ALL_BUCKETS: readonly Bucket[] = ['day', 'week', 'month', 'quarter', 'year'];

/** Reads what all KPI operations have in common. @throws Error for a value that an expression made up */
export function readRequest(
	context: IExecuteFunctions,
	item: number,
	buckets: readonly Bucket[] = ALL_BUCKETS,
): KpiRequest {
	const client = context.getNodeParameter('clientKpiId', item, '', { extractValue: true }) as string;
	const groupBy = context.getNodeParameter('groupBy', item, 'month');
	const bucket = assertChoice('Group By', groupBy, buckets);
	return {
		tenantId: readTenantId(context, item),
		client: client || undefined,
		bucket,
		...readRange(context, item, bucket),
		limit: readLimit(context, item, MAX_ROWS),
	};
}

/** The lists of the panel bind neither expressions nor agents. */
export function assertChoice<Choice extends string>(
	label: string,
	given: unknown,
	choices: readonly Choice[],
): Choice {
	const choice = choices.find((one) => one === given);
	if (choice) return choice;
	throw new ExplainedError(`${label} "${excerpt(String(given))}" is unknown.`, `Use ${choices.join(', ')}.`);
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
