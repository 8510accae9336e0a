import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { cancelledBy, closingWork } from '../../db/postgres/cancellation';
import { readPublishedSpans, readRates, type RateNeed } from '../../db/rates/read';
import { withRetries } from '../../db/postgres/retries';
import type { NormaliseSettings } from '../providers/provider';
import { Conversion } from '../shared/conversion';
import { getDatabase } from '../adapter/database';
import { nodeError } from '../adapter/errors';
import { readItemInput } from '../adapter/item-input';
import { pairItem } from '../adapter/items';
import { addHint } from '../adapter/hints';
import { eachInTurns } from '../shared/turns';
import type { Intake } from './intake';
import { takeItems } from './item-intake';
import { takeMessages } from './message-intake';
import { readSettings } from './parameters';
import { ratesNeeded, Transformation, type Outgoing } from './transform';

/** Outputs all items in order to Messages, and copies of rejected records to Rejected. */
export async function transformItems(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		return await cancelledBy(context.getExecutionCancelSignal(), async () => await transformAll(context));
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

async function transformAll(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const pool = await getDatabase(context);
	const now = new Date().toISOString();
	const items = context.getInputData();
	const settings = readSettings(context);
	const intake =
		readItemInput(context) === 'items'
			? await takeItems(context, pool, items, now)
			: await takeMessages(context, pool, items);
	try {
		return await transformed(context, pool, intake, settings, now);
	} catch (error) {
		await closingWork(async () => await intake.stop(error));
		throw nodeError(context.getNode(), error);
	}
}

async function transformed(
	context: IExecuteFunctions,
	pool: Pool,
	{ incoming, rejected: rejectedItems }: Intake,
	settings: NormaliseSettings,
	now: string,
): Promise<INodeExecutionData[][]> {
	const items = context.getInputData();
	const conversion = await loadConversion(pool, ratesNeeded(incoming, settings));
	const transformation = new Transformation(settings, conversion, now);
	const signal = context.getExecutionCancelSignal();
	await eachInTurns(incoming, (one) => transformation.take(one), signal);
	const { outgoing, unknownProperties } = transformation.end();
	const output = outgoing.map((out) => toOutputItem(out, items));
	const rejected = output.filter(({ json }, index) => outgoing[index]?.message && json.type === 'REJECTED');
	report(context, unknownProperties, rejected.length);
	return [output, [...rejectedItems, ...rejected.map((item) => ({ ...item, json: { ...item.json } }))]];
}

function toOutputItem({ item, message }: Outgoing, items: INodeExecutionData[]): INodeExecutionData {
	return message ? pairItem(message, item) : { ...items[item]!, pairedItem: { item } };
}

/** The rates for all items at once. */
async function loadConversion(pool: Pool, needs: RateNeed[]): Promise<Conversion> {
	if (needs.length === 0) return new Conversion([]);
	return await withRetries(
		async () => new Conversion(await readRates(pool, needs), await readPublishedSpans(pool, needs)),
	);
}

function report(context: IExecuteFunctions, unknownProperties: Map<string, number>, rejected: number): void {
	if (unknownProperties.size > 0) {
		context.logger.info('Unknown properties were left out', Object.fromEntries(unknownProperties));
	}
	if (rejected > 0) {
		const message = `${rejected} records were rejected. The output Rejected shows the reasons; Postgres Upsert keeps the records.`;
		addHint(context, { message, type: 'warning' });
	}
}
