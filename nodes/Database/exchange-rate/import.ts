import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { ExplainedError } from '../../../db/postgres/explained-error';
import type { PublishedRate } from '../../../db/rates/read';
import { saveRates, type SavedPair } from '../../../db/rates/save';
import type { Day } from '../../shared/dates';
import { getDatabase } from '../../adapter/database';
import { nodeError, prefixed } from '../../adapter/errors';
import { pairItem } from '../../adapter/items';
import { hintAtReplayable } from './hint-replayable';
import { replayable } from './missing';
import { checkedRate } from './published';
import { recompute } from './recompute';
import { report } from './report';
import { simplifyReport } from './simplify';
import { rateSources } from './sources';

/** Stores the items' rates in one transaction, and recomputes the rows that use them. */
export async function importRates(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const items = context.getInputData();
	const today = new Date().toISOString().slice(0, 10);
	const source = String(context.getNodeParameter('rateSource', 0, 'manual')).trim() || 'manual';
	const { rates, rejected } = takeItems(context, items, source, today);
	const pool = await getDatabase(context);
	const pairs = await saveRates(
		pool,
		rates.map(({ rate }) => rate),
		{
			signal: context.getExecutionCancelSignal(),
		},
	);
	const summarized = report(source, await buildOutcome(context, pool, pairs, today));
	hintAtReplayable(context, summarized);
	const firstItem = new Map(rates.map(({ item, rate }) => [buildPairKey(rate), item] as const).reverse());
	const reported = simplifyReport(context, 0, summarized).map((json) =>
		pairItem(json, firstItem.get(buildPairKey(json)) ?? 0),
	);
	return [...reported, ...rejected];
}

async function buildOutcome(context: IExecuteFunctions, pool: Pool, pairs: SavedPair[], today: Day) {
	const recomputation = await recompute(pool, today, context.getExecutionCancelSignal());
	return { pairs, rejected: [], recomputation, ...(await replayable(pool, today)) };
}

const buildPairKey = ({ source, base, quote }: Partial<PublishedRate>): string =>
	JSON.stringify([source, base, quote]);

/** Splits the items into valid rates and, if the node is set to continue, rejected items with their reasons. */
function takeItems(context: IExecuteFunctions, items: INodeExecutionData[], source: string, today: Day) {
	const rates: Array<{ item: number; rate: PublishedRate }> = [];
	const rejected: INodeExecutionData[] = [];
	for (const [item, { json }] of items.entries()) {
		try {
			rates.push({ item, rate: checkedRate(parseRate(json, source), today) });
		} catch (error) {
			if (!context.continueOnFail()) {
				throw nodeError(
					context.getNode(),
					prefixed(`Item ${item} has no valid rate, so nothing was stored`, error as Error),
					item,
				);
			}
			rejected.push(
				pairItem({ type: 'REJECTED', item, error: (error as Error).message, content: json }, item),
			);
		}
	}
	return { rates, rejected };
}

function parseRate(json: Record<string, unknown>, source: string): PublishedRate {
	const readCell = (value: unknown): string =>
		typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	return {
		base: readCell(json.base).toUpperCase(),
		quote: readCell(json.quote).toUpperCase(),
		date: readCell(json.date).replace(/^(\d{4}-\d\d-\d\d)T00:00:00(\.0+)?Z?$/, '$1'),
		rate: readCell(json.rate),
		source: checkSource(readCell(json.source), source),
	};
}

/** Rates apply to every tenant, so an item must not claim a bank's source, whose rates Load maintains. */
function checkSource(given: string, source: string): string {
	if (given === '' || given === source) return source;
	if (!rateSources.has(given.toLowerCase())) return given;
	throw new ExplainedError(
		`The item's source is "${given}", whose rates the operation Load maintains.`,
		'Set Source Name to it if that is intended, or remove the field source.',
	);
}
