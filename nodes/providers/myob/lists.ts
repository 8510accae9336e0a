import type { StreamContext } from '../../engine/contract/stream';
import type { ApiRequest } from '../../engine/contract/api';
import { isReadableList } from '../../engine/read/list-entries';
import { PageTrail } from '../../engine/read/page-trail';
import { LEDGER_SCOPE } from './report';

/** A list of the API, for example the accounts. */
export interface List {
	path: string;
	what: string;
	/** An OData expression. If the list rejects it, the list is read without it and may contain more entries. */
	filter?: string;
}

/** An entry of any list. The caller validates it. */
export type Item = Partial<Record<string, unknown>>;

interface ListPage {
	Items: unknown[];
	NextPageLink?: string | null;
}

type ListPosition = Pick<ApiRequest, 'path' | 'query'>;

/** MYOB's maximum page size. */
const MAX_ROWS = 1_000;
/** Smaller pages would not be faster. */
const MIN_ROWS = 60;
/** Guards against a list that never ends. */
const MAX_PAGES = 2_000;

/**
 * Reads all entries of a list, halving the page size whenever MYOB takes too long. An entry can occur twice if the list
 * changes meanwhile. An entry that is not an object is returned as an empty one.
 */
export async function readList(context: StreamContext, list: List): Promise<Item[]> {
	const items: Item[] = [];
	const filter = list.filter !== undefined && { $filter: list.filter };
	let position: ListPosition | undefined = {
		path: list.path,
		query: { $top: String(MAX_ROWS), ...filter },
	};
	const trail = new PageTrail({
		...{ provider: 'MYOB', what: list.what, account: context.account.name },
		mostPages: MAX_PAGES,
	});
	while (position) {
		const { Items, NextPageLink }: ListPage = await readPage(context, list, position);
		for (const item of Items) items.push(isItem(item) ? item : {});
		// The last page has no link, or is empty.
		position = Items.length === 0 || !NextPageLink ? undefined : context.api.resolveLink(NextPageLink);
		trail.follow(position && JSON.stringify(position));
	}
	return items;
}

async function readPage(context: StreamContext, list: List, position: ListPosition): Promise<ListPage> {
	let query = { ...position.query };
	for (;;) {
		const rows = Number(query.$top) || MAX_ROWS;
		const refused = { status: 0 };
		const isRetryable = (status: number): boolean =>
			(status === 504 && rows > MIN_ROWS) || (status === 400 && isFirstFiltered(query));
		const page = await context.api.call({
			...{
				path: position.path,
				query,
				account: context.account,
				description: list.what,
				scope: LEDGER_SCOPE,
			},
			isValid: isPage,
			isNotFound: ({ status }) => isRetryable((refused.status = status)),
		});
		if (page !== undefined) return page as ListPage;
		query = refused.status === 504 ? { ...query, $top: String(Math.ceil(rows / 2)) } : unfiltered(query);
	}
}

const isFirstFiltered = (query: Record<string, string>): boolean => '$filter' in query && !('$skip' in query);

function unfiltered(query: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(query).filter(([name]) => name !== '$filter'));
}

function isPage(json: unknown): boolean {
	const { Items } = (json ?? {}) as { Items?: unknown };
	return Array.isArray(Items) && isReadableList(Items, (item) => (isItem(item) ? item : undefined));
}

function isItem(value: unknown): value is Item {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
