import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readFinancials, type FinancialsRequest, type FinancialsRow } from '../../../db/readers/financials';
import { getDatabase } from '../../adapter/database';
import { readSimplify } from '../../adapter/simplify';
import { answerItems, readRequest } from './request';

/** Accounting is by month. */
const BUCKETS: ReadonlyArray<FinancialsRequest['bucket']> = ['month', 'quarter', 'year'];

/** Profit and loss by month, quarter or year, with the change since the period before. */
export async function getFinancials(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await answerItems(
		context,
		async (item) => {
			const { splitByClient } = context.getNodeParameter('options', item, {}) as { splitByClient?: boolean };
			const request = { ...readRequest(context, item, BUCKETS), splitByClient } as FinancialsRequest;
			return { request, result: await readFinancials(pool, request) };
		},
		(row, item) => (readSimplify(context, item) ? simplify(row) : row),
	);
}

/** The figures themselves; of the changes only the net profit's. */
function simplify(row: FinancialsRow): IDataObject {
	const { periodStart, periodEnd, currency, clientName, revenue, expenses, netProfit, cashFlow, partial } =
		row;
	return {
		...{ periodStart, periodEnd, ...(clientName !== null && { clientName }), currency },
		...{
			revenue,
			expenses,
			netProfit,
			netProfitChangePercent: row.netProfitChangePercent,
			cashFlow,
			partial,
		},
	};
}
