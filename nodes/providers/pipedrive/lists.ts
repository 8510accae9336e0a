import { type NamelessEntry, type StreamContext } from '../../engine/contract/stream';
import type { ApiRequest } from '../../engine/contract/api';
import { isReadableList, sortEntries, warnOfNameless } from '../../engine/read/list-entries';
import { PageTrail } from '../../engine/read/page-trail';
import { getData, parseListed, parseNextCursor, type Listed, type ListedDeal } from './replies';

/** A list of version 2 of the API. */
export interface ListEndpoint {
	path: string;
	what: string;
	scope: string;
	/** API tokens per call, out of the company's daily limit. */
	cost: number;
}

export const DEALS: ListEndpoint = {
	path: '/api/v2/deals',
	what: 'the list of deals',
	scope: 'deals:read',
	cost: 10,
};

export const ARCHIVED_DEALS: ListEndpoint = {
	path: '/api/v2/deals/archived',
	what: 'the list of archived deals',
	scope: 'deals:read',
	cost: 20,
};

export const PIPELINES: ListEndpoint = {
	path: '/api/v2/pipelines',
	what: 'the pipelines',
	scope: 'deals:read',
	cost: 5,
};

export const STAGES: ListEndpoint = {
	path: '/api/v2/stages',
	what: 'the stages',
	scope: 'deals:read',
	cost: 5,
};

export const ORGANIZATIONS: ListEndpoint = {
	path: '/api/v2/organizations',
	what: 'the names of organizations',
	scope: 'contacts:read',
	cost: 10,
};

export const ALL_STATUSES = 'open,won,lost,deleted';

/** Maximum number of ids per call. */
export const MAX_IDS = 100;

/** Enough for a million deals at 50 per page. */
const MAX_PAGES = 20_000;

export interface ListPage<T extends Listed> {
	data: T[];
	nameless: NamelessEntry[];
	/** Null on the last page. */
	nextCursor: string | null;
}

/** Which pages of a list to read. */
interface Following {
	query: ListQuery;
	/** Cursor of the page to resume from; null for the first page. */
	cursor?: string | null;
	/** The query for a restart if Pipedrive rejects the cursor, used once. Without it, that is a failure. */
	restart?(): ListQuery;
	/** Whether an error response means that the list does not exist: then there are no pages. */
	absent?: ApiRequest['isNotFound'];
}

type ListQuery = Readonly<Record<string, string>>;
type Where = Pick<StreamContext, 'api' | 'account'>;

/**
 * Reads the pages of a list to the last one. No other function reads lists: a single page could be mistaken for all of
 * the list.
 * @throws ReadFailure if it cannot be read, or does not end
 */
export async function* listPages<T extends Listed = ListedDeal>(
	where: Where,
	endpoint: ListEndpoint,
	{ query, cursor = null, restart, absent }: Following,
): AsyncGenerator<ListPage<T>, void> {
	const position = { query, cursor, restart };
	const named = { provider: 'Pipedrive', what: endpoint.what, account: where.account.name };
	const trail = new PageTrail({ ...named, mostPages: MAX_PAGES });
	for (;;) {
		const page = await readPage<T>(where, endpoint, position, absent);
		if (page === undefined) return;
		if (page === 'restart') {
			Object.assign(position, { query: position.restart!(), cursor: null, restart: undefined });
			trail.clear();
			continue;
		}
		position.cursor = page.nextCursor;
		trail.follow(page.nextCursor);
		yield page;
		if (page.nextCursor === null) return;
	}
}

/** Reads all pages of a list; undefined if `isNotFound` accepts the error response. */
export async function listAll<T extends Listed = ListedDeal>(
	context: Where & Pick<StreamContext, 'warn'>,
	endpoint: ListEndpoint,
	query: ListQuery,
	absent?: ApiRequest['isNotFound'],
): Promise<T[] | undefined> {
	let all: T[] | undefined;
	for await (const { data, nameless } of listPages<T>(context, endpoint, { query, absent })) {
		all ??= [];
		for (const one of data) all.push(one);
		const named = { provider: 'Pipedrive', what: endpoint.what, account: context.account.name };
		warnOfNameless(named, nameless, context.warn);
	}
	return all;
}

async function readPage<T extends Listed>(
	{ api, account }: Where,
	{ path, what, scope, cost }: ListEndpoint,
	{ query, cursor, restart }: { query: ListQuery; cursor: string | null; restart?: unknown },
	isNotFound: ApiRequest['isNotFound'],
): Promise<ListPage<T> | 'restart' | undefined> {
	let isCursorRefused = false;
	const json = await api.call({
		...{ path, account, description: what, scope, cost },
		query: { ...query, ...(cursor !== null && { cursor }) },
		isValid: isList,
		isNotFound(reply) {
			isCursorRefused = reply.status === 400 && cursor !== null && restart !== undefined;
			return isCursorRefused || isNotFound?.(reply) === true;
		},
	});
	if (json === undefined) return isCursorRefused ? 'restart' : undefined;
	const reader = { read: parseListed<T>, getId: ({ id }: T) => String(id) };
	const named = { provider: 'Pipedrive', what, account: account.name };
	const { entries, nameless } = sortEntries<T>(getData(json) ?? [], reader, named);
	return { data: entries, nameless, nextCursor: parseNextCursor(json) };
}

function isList(json: unknown): boolean {
	const data = getData(json);
	return data !== undefined && isReadableList(data, parseListed);
}
