import { jsonReply, type Reply } from '../core/reply';
import type { Company } from './company';
import { dealJson } from './deal-json';
import type { Deal } from './model';
import { problems } from './problems';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const STATUSES = ['open', 'won', 'lost', 'deleted'];

/** Parameters that the sandbox knows here; another one is refused, so that nobody relies on what it ignores. */
const PARAMETERS = [
	...['ids', 'org_id', 'pipeline_id', 'stage_id', 'status', 'updated_since', 'updated_until'],
	...['sort_by', 'sort_direction', 'limit', 'cursor'],
];

type SortField = 'id' | 'update_time' | 'add_time';

interface Order {
	field: SortField;
	direction: 'asc' | 'desc';
}

/** The next page's first row, as Pipedrive's own cursors hold it. */
interface Cursor {
	field: SortField;
	fieldValue: number | null;
	sortDirection: 'asc' | 'desc';
	id: number;
}

/** The list of deals, or, apart from it, that of the archived ones. */
export function dealList(company: Company, query: URLSearchParams, archived: boolean): Reply {
	const refusal = problemIn(query);
	if (refusal) return problems.badRequest(refusal);
	const order: Order = {
		field: (query.get('sort_by') ?? 'id') as SortField,
		direction: (query.get('sort_direction') ?? 'asc') as Order['direction'],
	};
	const meant = [...company.deals.values()]
		.filter((deal) => company.isListed(deal) && (deal.archived !== null) === archived && fits(deal, query))
		.sort((a, b) => compare(a, b, order));
	return page(meant, order, query, (deal) => dealJson(company, deal));
}

function problemIn(query: URLSearchParams): string | undefined {
	const unknown = [...query.keys()].find((name) => !PARAMETERS.includes(name));
	if (unknown) return `unknown parameter ${unknown}`;
	for (const name of ['updated_since', 'updated_until']) {
		if (query.has(name) && !TIME.test(query.get(name)!)) return `${name} must be in RFC3339 format`;
	}
	const statuses = query.get('status')?.split(',') ?? [];
	if (statuses.some((status) => !STATUSES.includes(status))) return 'unknown status';
	if ((query.get('ids')?.split(',').length ?? 0) > 100) return 'more than 100 ids';
	return limitOf(query) === undefined ? 'limit must be a number from 1 to 500' : undefined;
}

export function limitOf(query: URLSearchParams): number | undefined {
	const limit = Number(query.get('limit') ?? 100);
	return Number.isInteger(limit) && limit >= 1 && limit <= 500 ? limit : undefined;
}

function fits(deal: Deal, query: URLSearchParams): boolean {
	const statuses = (query.get('status') ?? 'open,won,lost').split(',');
	const ids = query.get('ids')?.split(',').map(Number);
	const { since, until } = { since: query.get('updated_since'), until: query.get('updated_until') };
	const updated = deal.updated?.getTime();
	return (
		statuses.includes(deal.deleted ? 'deleted' : deal.status) &&
		(!ids || ids.includes(deal.id)) &&
		(since === null || (updated !== undefined && updated >= Date.parse(since))) &&
		(until === null || (updated !== undefined && updated < Date.parse(until)))
	);
}

/** What a deal is sorted by; those that were never changed come first. */
function keyOf(deal: Deal, field: SortField): number | null {
	if (field === 'id') return deal.id;
	return (field === 'add_time' ? deal.added : deal.updated)?.getTime() ?? null;
}

function compare(a: Deal, b: Deal, { field, direction }: Order): number {
	const order = (keyOf(a, field) ?? 0) - (keyOf(b, field) ?? 0) || a.id - b.id;
	return direction === 'asc' ? order : -order;
}

/** A page from the cursor on. What moved since is met again, or was met before: the list is not held still. */
function page(
	all: readonly Deal[],
	order: Order,
	query: URLSearchParams,
	show: (deal: Deal) => Record<string, unknown>,
): Reply {
	const cursor = cursorIn(query.get('cursor'), order);
	if (cursor === 'invalid') return problems.badRequest('the cursor is not valid');
	const from = cursor ? all.findIndex((deal) => isReached(deal, cursor, order)) : 0;
	const rest = from < 0 ? [] : all.slice(from);
	const limit = limitOf(query)!;
	const next = rest[limit];
	const nextCursor = next ? cursorFor(next, order) : null;
	return jsonReply(200, {
		success: true,
		data: rest.slice(0, limit).map(show),
		// Nothing follows: some endpoints say so with null, some leave it out.
		...(nextCursor !== null || rest.length > 0 ? { additional_data: { next_cursor: nextCursor } } : {}),
	});
}

function isReached(deal: Deal, { fieldValue, id }: Cursor, { field, direction }: Order): boolean {
	const order = (keyOf(deal, field) ?? 0) - (fieldValue ?? 0) || deal.id - id;
	return direction === 'asc' ? order >= 0 : order <= 0;
}

function cursorFor(deal: Deal, { field, direction }: Order): string {
	return cursorText({ field, fieldValue: keyOf(deal, field), sortDirection: direction, id: deal.id });
}

/** A cursor as the API gives and takes it. */
export function cursorText(cursor: Cursor): string {
	return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function cursorIn(text: string | null, { field, direction }: Order): Cursor | 'invalid' | undefined {
	if (text === null) return undefined;
	try {
		const cursor = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor;
		return cursor.field === field && cursor.sortDirection === direction ? cursor : 'invalid';
	} catch {
		return 'invalid';
	}
}
