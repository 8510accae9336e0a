import type { ApiRequest, ProviderApi, StreamContext } from '../../engine/definition';
import type { Account } from '../../shared/account';
import { CursorTrail } from './cursor-trail';
import { isFlow, isList, isOne, listIn, type Listed, type ListedDeal } from './replies';

/** A list of version 2. */
export interface ListEndpoint {
	path: string;
	what: string;
	scope: string;
	/** Of the company's day, in tokens. */
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

/** Of ids in one call. */
export const MOST_IDS = 100;

export interface ListPage<T extends Listed> {
	data: T[];
	nextCursor: string | null;
}

type Where = Pick<StreamContext, 'api' | 'account'>;

/** One page of a list, for whoever follows its cursor; undefined where `absent` says so of the refusal. */
export async function listPage<T extends Listed = ListedDeal>(
	{ api, account }: Where,
	{ path, what, scope, cost }: ListEndpoint,
	query: Record<string, string>,
	absent?: ApiRequest['absent'],
): Promise<ListPage<T> | undefined> {
	const json = await api.call({ path, query, account, what, scope, cost, accept: isList, absent });
	return json === undefined ? undefined : listIn<T>(json);
}

/** All that a list holds, to its last page; undefined where `absent` says so of the refusal. */
export async function listAll<T extends Listed = ListedDeal>(
	where: Where,
	endpoint: ListEndpoint,
	query: Record<string, string>,
	absent?: ApiRequest['absent'],
): Promise<T[] | undefined> {
	const trail = new CursorTrail(endpoint.what, where.account.name);
	const all: T[] = [];
	let cursor: string | null = null;
	do {
		const position: Record<string, string> = { ...query, ...(cursor !== null && { cursor }) };
		const page: ListPage<T> | undefined = await listPage<T>(where, endpoint, position, absent);
		if (page === undefined) return undefined;
		for (const one of page.data) all.push(one);
		cursor = page.nextCursor;
		trail.follow(cursor);
	} while (cursor !== null);
	return all;
}

/** A deal by its id, or why it cannot be had. */
export async function oneDeal({ api, account }: Where, id: string): Promise<ListedDeal | 'gone' | 'hidden'> {
	let refused = 0;
	const json = await api.call({
		path: `/api/v2/deals/${id}`,
		account,
		what: `deal ${id}`,
		scope: 'deals:read',
		cost: 1,
		accept: isOne,
		absent: (reply) => {
			refused = reply.status;
			return isOfOneDeal(reply);
		},
	});
	if (json === undefined) return refused === 403 ? 'hidden' : 'gone';
	return (json as { data: ListedDeal }).data;
}

/** One deal may be hidden, merged or gone; a scope that is missing, or a gateway that shuts us out, means all of them. */
export function isOfOneDeal({ status, body }: { status: number; body: string }): boolean {
	const hidden = status === 403 && /^\s*\{(?!.*scope and url mismatch)/is.test(body);
	return isGone({ status }) || hidden;
}

/** Whether a refusal means that there is no such deal any more. */
export const isGone = ({ status }: { status: number }): boolean => status === 404 || status === 410;

/** One page of a deal's changes; undefined where `absent` says so of the refusal. */
export async function flowPage(
	{ api, account }: { api: ProviderApi; account: Account },
	version: string,
	dealId: number,
	start: number,
	absent: ApiRequest['absent'],
): Promise<unknown> {
	return await api.call({
		path: `${version}/deals/${dealId}/flow`,
		query: { items: 'dealChange', start: String(start), limit: '500' },
		account,
		what: `the history of deal ${dealId}`,
		scope: 'recents:read',
		cost: 40,
		accept: isFlow,
		absent,
	});
}
