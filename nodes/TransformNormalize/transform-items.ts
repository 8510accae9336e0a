import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { cancelledBy } from '../../db/cancellation';
import { readPublishedUntil, readRates, type RateNeed } from '../../db/exchange-rates';
import { withRetries } from '../../db/transaction';
import { Conversion } from '../shared/conversion';
import { databaseFor, POSTGRES_CREDENTIAL } from '../shared/n8n/database';
import { explain, nodeError } from '../shared/n8n/errors';
import { paired } from '../shared/n8n/items';
import { endsOfFiles } from './ends-of-files';
import { incomingFile } from './incoming-file';
import { incomingMessage, type Incoming } from './incoming';
import { looseRecords, type LooseSettings } from './loose-records';
import { looseSettingsOf, settingsOf } from './parameters';
import { ratesNeeded, transform, type Outgoing } from './transform';

/** Items to Messages, in order; copies of what was rejected to Rejected. */
export async function transformItems(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return await transformAll(context);
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

async function transformAll(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const settings = settingsOf(context);
	const now = new Date().toISOString();
	const { incoming, refused } = await incomingOf(context, items, now);
	const conversion = await conversionFor(context, ratesNeeded(incoming, settings));
	const { outgoing, unknownProperties } = transform(incoming, settings, conversion, now);
	const output = outgoing.map((out) => itemOf(out, items));
	const rejected = output.filter(({ json }, index) => outgoing[index]?.message && json.type === 'REJECTED');
	report(context, unknownProperties, rejected.length);
	return [output, [...refused, ...rejected.map((item) => ({ ...item, json: { ...item.json } }))]];
}

function itemOf({ item, message }: Outgoing, items: INodeExecutionData[]): INodeExecutionData {
	return message ? paired(message, item) : { ...items[item]!, pairedItem: { item } };
}

/** What the items are; those that cannot be placed stop the node, unless it is set to continue. */
async function incomingOf(context: IExecuteFunctions, items: INodeExecutionData[], now: string) {
	const loose = looseSettingsOf(context);
	const incoming: Incoming[] = [];
	const refused: INodeExecutionData[] = [];
	for (const [item, { json }] of items.entries()) {
		try {
			const taken = loose?.file
				? await incomingFile(context, item, loose, now)
				: incomingIn(json, item, loose, now);
			for (const one of taken) incoming.push(one);
		} catch (error) {
			if (!context.continueOnFail()) throw nodeError(context.getNode(), named(error as Error, item), item);
			refused.push(paired({ type: 'REFUSED', item, reason: explain(error as Error), record: json }, item));
		}
	}
	if (!loose?.file) for (const end of endsOfFiles(incoming)) incoming.push(end);
	return { incoming, refused };
}

function incomingIn(
	json: Record<string, unknown>,
	item: number,
	loose: LooseSettings | undefined,
	now: string,
): Incoming[] {
	const message = incomingMessage(json, item);
	if (message) return [message];
	if (loose) return looseRecords(json, item, loose, now);
	throw new Error(
		'The item is no message of a Zixly node. To normalise raw records, choose their Provider and fill in the fields below it.',
	);
}

function named(error: Error, item: number): Error {
	if (error.name === 'NodeOperationError') return error;

	return new Error(`Item ${item}: ${error.message}`, { cause: error });
}

/** The rates for all items at once; without a credential the records that need a rate are rejected. */
async function conversionFor(context: IExecuteFunctions, needs: RateNeed[]): Promise<Conversion> {
	if (needs.length === 0 || !context.getNode().credentials?.[POSTGRES_CREDENTIAL]) return new Conversion([]);
	const pool = await databaseFor(context);
	return await cancelledBy(
		context.getExecutionCancelSignal(),
		async () =>
			await withRetries(
				async () => new Conversion(await readRates(pool, needs), await readPublishedUntil(pool, needs)),
			),
	);
}

function report(context: IExecuteFunctions, unknownProperties: Map<string, number>, rejected: number): void {
	if (unknownProperties.size > 0) {
		context.logger.info('Properties that are not known were left out', Object.fromEntries(unknownProperties));
	}
	if (rejected > 0) {
		const message = `${rejected} records could not be used. Each stands in Rejected with its reason; Postgres Upsert keeps it.`;
		context.addExecutionHints({ message, location: 'outputPane', type: 'warning' });
	}
}
