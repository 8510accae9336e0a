import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { readFunnel } from '../../../db/readers/funnel';
import { getDatabase } from '../../adapter/database';
import { answerItems, readRequest } from './request';

/** How many leads entered each stage in each period, and what became of them. */
export async function getFunnel(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await answerItems(context, async (item) => {
		const { reportingCurrency } = context.getNodeParameter('options', item, {}) as {
			reportingCurrency?: string;
		};
		const request = { ...readRequest(context, item), currency: readCurrency(reportingCurrency) };
		return { request, result: await readFunnel(pool, request) };
	});
}

function readCurrency(text = ''): string {
	const currency = text.trim().toUpperCase() || 'AUD';
	if (/^[A-Z]{3}$/.test(currency)) return currency;
	throw new Error(
		`The reporting currency "${text.slice(0, 20)}" is not a code of three letters such as AUD.`,
	);
}
