import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { systemClock } from '../../engine/contract/ports';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readSimplify } from '../../adapter/simplify';
import { createHttpClient } from '../../adapter/http';
import { addHint } from '../../adapter/hints';
import { hintAtReplayable } from './hint-replayable';
import { parseLoadChoice, type RawLoadOptions } from './load-choice';
import { loadFromBank } from './load-from-bank';
import { simplifyReport } from './simplify';

/** Loads a bank's reference rates, and recomputes the rows that use a changed rate. */
export async function loadRates(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const signal = context.getExecutionCancelSignal();
	const connection = { http: createHttpClient(context), clock: systemClock, signal };
	return await mapItems(context, async (item) => {
		const options = context.getNodeParameter('options', item, {}) as RawLoadOptions;
		const source = String(context.getNodeParameter('source', item));
		const items = await loadFromBank(pool, connection, parseLoadChoice(source, options));
		hintAtRejected(context, items, readSimplify(context, item));
		hintAtReplayable(context, items);
		return simplifyReport(context, item, items);
	});
}

function hintAtRejected(context: IExecuteFunctions, items: object[], isSimplified: boolean): void {
	const { rejected = 0 } = (items.at(-1) ?? {}) as { rejected?: number };
	if (rejected === 0) return;
	const where = isSimplified ? 'With Simplify switched off, the output' : 'The output';
	const message = `${rejected} rates were rejected. ${where} lists each as REJECTED with its line and reason; the others are stored.`;
	context.logger.warn(message);
	addHint(context, { message, type: 'warning' });
}
