import { z } from 'zod/v4';

import { jsonReply, type Reply } from '../core/reply';
import type { Portal } from './catalogue';
import type { DealStore, IndexRow } from './deal-store';
import { printedDeal } from './printed-deal';
import { problems } from './problems';
import type { HubSpotLimits } from './settings';

const MAX_RESULTS = 10_000;
const MAX_BODY = 3_000;

const FILTER = z.object({
	propertyName: z.enum(['hs_lastmodifieddate', 'hs_object_id', 'createdate']),
	operator: z.enum(['GT', 'GTE', 'LT', 'LTE', 'EQ']),
	value: z.string().regex(/^\d+$/),
});

const SEARCH = z.object({
	filterGroups: z.array(z.object({ filters: z.array(FILTER).min(1).max(6) })).max(5),
	sorts: z.array(z.enum(['hs_lastmodifieddate', 'hs_object_id'])).max(1),
	properties: z.array(z.string()),
	limit: z.int().min(1).max(200).default(10),
	after: z.string().regex(/^\d+$/).default('0'),
});

type Filter = z.infer<typeof FILTER>;

/** The search: what the index holds, never what is deleted, and only the first 10,000 of it. */
export function searchReply(body: string, portal: Portal, deals: DealStore, limits: HubSpotLimits): Reply {
	if (body.length > MAX_BODY) return problems.invalid(`the body has ${body.length} characters`);
	const { data, error } = SEARCH.safeParse(JSON.parse(body));
	if (error) return problems.invalid(z.prettifyError(error));
	const from = Number(data.after);
	if (from + data.limit > MAX_RESULTS) return problems.invalid(`no results beyond ${MAX_RESULTS}`);
	const rows = found(data.filterGroups, deals, limits).sort(orderOf(data.sorts[0], limits));
	const end = from + data.limit;
	const results = rows
		.slice(from, end)
		.filter(({ isThere }) => isThere)
		.map(({ id }) =>
			printedDeal(deals.get(id)!, portal, { properties: data.properties, propertiesWithHistory: [] }),
		);
	const next = end < rows.length ? { paging: { next: { after: String(end) } } } : {};
	return jsonReply(200, { total: rows.length, results, ...next });
}

function found(
	groups: Array<{ filters: Filter[] }>,
	deals: DealStore,
	{ ghosts, idsAsTexts }: HubSpotLimits,
): IndexRow[] {
	const rows: IndexRow[] = [];
	for (const row of deals.index()) {
		if (!row.isThere && !ghosts) continue;
		const fits = groups.some(({ filters }) =>
			filters.every((filter) => holds(filter, row, deals, idsAsTexts)),
		);
		if (fits || groups.length === 0) rows.push(row);
	}
	return rows;
}

function holds(
	{ propertyName, operator, value }: Filter,
	row: IndexRow,
	deals: DealStore,
	asTexts: number,
): boolean {
	if (propertyName === 'hs_object_id' && asTexts) {
		const id = String(row.id);
		return compare(id < value ? -1 : Number(id > value), operator);
	}
	return compare(numberOf(propertyName, row, deals) - Number(value), operator);
}

function numberOf(propertyName: Filter['propertyName'], row: IndexRow, deals: DealStore): number {
	if (propertyName === 'hs_lastmodifieddate') return row.modifiedAt;
	return propertyName === 'hs_object_id' ? row.id : deals.get(row.id)!.createdAt;
}

function compare(difference: number, operator: Filter['operator']): boolean {
	if (operator === 'EQ') return difference === 0;
	if (operator === 'GT') return difference > 0;
	if (operator === 'GTE') return difference >= 0;
	return operator === 'LT' ? difference < 0 : difference <= 0;
}

/** Rows of one time come in an order that means nothing: here by their id's last digits. */
function orderOf(sort: string | undefined, { idsAsTexts }: HubSpotLimits) {
	return (a: IndexRow, b: IndexRow): number => {
		if (sort === 'hs_object_id') return idsAsTexts ? (String(a.id) < String(b.id) ? -1 : 1) : a.id - b.id;
		return a.modifiedAt - b.modifiedAt || (a.id % 97) - (b.id % 97) || b.id - a.id;
	};
}
