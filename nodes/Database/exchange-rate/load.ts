import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { systemClock } from '../../engine/clock';
import { databaseFor } from '../../shared/n8n/database';
import { eachItem } from '../../shared/n8n/each-item';
import { httpClientOf } from '../../shared/n8n/http';
import { loadChoiceOf, type RawLoadOptions } from './load-choice';
import { loadFromBank } from './load-from-bank';

/** Loads a bank's reference rates, and converts the rows anew that a changed rate concerns. */
export async function loadRates(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await databaseFor(context);
	const signal = context.getExecutionCancelSignal();
	const connection = { http: httpClientOf(context), clock: systemClock, signal };
	return await eachItem(context, async (item) => {
		const options = context.getNodeParameter('options', item, {}) as RawLoadOptions;
		const source = String(context.getNodeParameter('source', item));
		return await loadFromBank(pool, connection, loadChoiceOf(source, options));
	});
}
