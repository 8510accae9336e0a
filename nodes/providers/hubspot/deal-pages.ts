import { type NamelessEntry, type StreamContext } from '../../engine/contract/stream';
import type { ApiRequest } from '../../engine/contract/api';
import { isReadableList, sortEntries } from '../../engine/read/list-entries';
import { PageTrail } from '../../engine/read/page-trail';
import type { Filter } from './search-position';
import { paths } from './paths';
import { SUMMARY_PROPERTIES } from './properties';
import {
	fetchReplyIfFound,
	fetchReply,
	parseSummary,
	pageSchema,
	type DealPage,
	type DealSummary,
} from './replies';

const LIST_PAGE_SIZE = 100;
const SEARCH_PAGE_SIZE = 200;

/** Enough for two million deals at 100 per page. */
const MAX_PAGES = 20_000;

export interface DealsOfPage {
	deals: DealSummary[];
	nameless: NamelessEntry[];
	/** The cursor of the next page; null on the last one. */
	after: string | null;
}

/** Which list of deals to read, and from which page. */
interface Listed {
	after: string | null;
	/** Reads the deals in the recycle bin. */
	archived?: true;
	/** Called when HubSpot rejects the cursor, and the list is read from its first page. */
	onRestart?(): void;
}

/**
 * Reads the pages of all deals, or of those in the recycle bin, to the last one. No other function reads the list: a
 * single page could be mistaken for all of it.
 * @throws ReadFailure if it cannot be read, or does not end
 */
export async function* listedDeals(
	context: StreamContext,
	{ after, archived, onRestart }: Listed,
): AsyncGenerator<DealsOfPage, void> {
	const request = listRequest(context, archived === true);
	const trail = createTrail(context, request.description);
	let cursor = after;
	do {
		const page = await pageAfter(context, request, cursor, onRestart);
		cursor = page.paging?.next?.after ?? null;
		trail.follow(cursor);
		yield { ...sortResults(context, page, request.description), after: cursor };
	} while (cursor !== null);
}

/** The next search request. */
export interface SearchRequest {
	filterGroups: ReadonlyArray<{ filters: readonly Filter[] }>;
	sorts: readonly string[];
	/** By default the first page. */
	offset?: string;
}

const SEARCHED = 'the changed deals';

/**
 * Reads the pages of a search. `next` builds each request from the page before, and ends the search with undefined.
 * @throws ReadFailure if it cannot be read, or does not end
 */
export async function* searchedDeals(
	context: StreamContext,
	first: SearchRequest,
	next: (page: DealsOfPage) => SearchRequest | undefined,
): AsyncGenerator<DealsOfPage, void> {
	const trail = createTrail(context, SEARCHED);
	for (let request: SearchRequest | undefined = first; request; ) {
		const page = await searchPage(context, request);
		const found = { ...sortResults(context, page, SEARCHED), after: page.paging?.next?.after ?? null };
		request = next(found);
		trail.follow(request && JSON.stringify([request.filterGroups, request.offset]));
		yield found;
	}
}

function createTrail({ account }: StreamContext, what: string): PageTrail {
	return new PageTrail({ provider: 'HubSpot', what, account: account.name, mostPages: MAX_PAGES });
}

function sortResults({ account }: StreamContext, { results }: DealPage, what: string) {
	const reader = { read: parseSummary, getId: ({ id }: DealSummary) => id };
	const named = { provider: 'HubSpot', what, account: account.name };
	const { entries, nameless } = sortEntries(results, reader, named);
	return { deals: entries, nameless };
}

const isReadable = ({ results }: DealPage): boolean => isReadableList(results, parseSummary);

type ListRequest = Omit<ApiRequest, 'isValid' | 'isNotFound'>;

function listRequest({ account }: StreamContext, archived: boolean): ListRequest {
	return {
		path: paths.deals,
		query: {
			limit: String(LIST_PAGE_SIZE),
			properties: SUMMARY_PROPERTIES.join(','),
			archived: String(archived),
		},
		account,
		description: archived ? 'the list of deleted deals' : 'the list of deals',
		scope: 'crm.objects.deals.read',
	};
}

/** Reads the page after a cursor, or the first page if HubSpot rejects the cursor. */
async function pageAfter(
	{ api }: StreamContext,
	request: ListRequest,
	after: string | null,
	onRestart?: () => void,
): Promise<DealPage> {
	if (after !== null) {
		const query = { ...request.query, after };
		const isNotFound = ({ status }: { status: number }) => status === 400;
		const page = await fetchReplyIfFound(api, pageSchema, {
			...request,
			query,
			isNotFound,
			isValid: isReadable,
		});
		if (page) return page;
		onRestart?.();
	}
	return await fetchReply(api, pageSchema, { ...request, isValid: isReadable });
}

async function searchPage(
	{ api, account }: StreamContext,
	{ filterGroups, sorts, offset = '0' }: SearchRequest,
): Promise<DealPage> {
	return await fetchReply(api, pageSchema, {
		method: 'POST',
		path: paths.dealSearch,
		json: { filterGroups, sorts, properties: SUMMARY_PROPERTIES, limit: SEARCH_PAGE_SIZE, after: offset },
		account,
		group: 'search',
		description: SEARCHED,
		scope: 'crm.objects.deals.read',
		isValid: isReadable,
	});
}
