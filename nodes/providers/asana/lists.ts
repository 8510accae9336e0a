import type { ApiRequest, ProviderApi } from '../../engine/contract/api';
import { ReadFailure } from '../../engine/contract/failure';
import { isReadableList, sortEntries } from '../../engine/read/list-entries';
import { type NamelessEntry } from '../../engine/contract/stream';
import { PageTrail } from '../../engine/read/page-trail';
import { DIGITS } from '../account-facts';

const VERSION = '/api/1.0';
/** The most that Asana gives at once. Without a limit it gives no pages, and refuses large lists. */
const PAGE_SIZE = 100;
/** Far more than any project holds: a list that never ends must not be read for ever. */
const MAX_PAGES = 1_000;
const MAX_RESTARTS = 3;

export interface ListRequest extends Pick<ApiRequest, 'path' | 'description' | 'scope' | 'account'> {
	query: Readonly<Record<string, string>>;
	/** Told of the entries without an id, which are left out; without it a list that has one cannot be read. */
	onNameless?(entries: readonly NamelessEntry[]): void;
}

export interface RefusableListRequest extends ListRequest {
	/** Whether a refusal with this status says that there is no such list. */
	refused(status: number): boolean;
}

type AnyRequest = ListRequest & Partial<RefusableListRequest>;

export type Entry = Record<string, unknown>;

interface ListPage {
	data: unknown[];
	next_page?: { offset: string } | null;
}

/** A list that cannot be had, by the status that said so. */
export interface Refused {
	refused: number;
}

/**
 * Reads a list from its first page to its last, each entry once, in its last copy. The token of a page expires soon:
 * then the list is read from its beginning again.
 * @throws ReadFailure where it cannot be read, or does not end
 */
export async function readList(api: ProviderApi, request: RefusableListRequest): Promise<Entry[] | Refused>;
export async function readList(api: ProviderApi, request: ListRequest): Promise<Entry[]>;
export async function readList(api: ProviderApi, request: AnyRequest): Promise<Entry[] | Refused> {
	for (let restarts = 0; restarts <= MAX_RESTARTS; restarts++) {
		const list = await readPages(api, request);
		if (list !== 'expired') return list;
	}
	throw new ReadFailure(
		'provider_unavailable',
		`Asana let ${request.description} expire ${MAX_RESTARTS + 1} times while it was read. The next run tries again.`,
	);
}

/** Reads one thing; undefined where a refusal says that there is no such. @throws ReadFailure */
export async function readOne(api: ProviderApi, request: RefusableListRequest): Promise<Entry | undefined> {
	const { path, query, description, scope, account, refused } = request;
	const reply = await api.call({
		...{ path: VERSION + path, query, description, scope, account },
		isValid: (json) => isObject((json as { data?: unknown } | null)?.data),
		isNotFound: ({ status, body }) => refused(status) && !aboutScope(body),
	});
	return (reply as { data: Entry } | undefined)?.data;
}

async function readPages(api: ProviderApi, request: AnyRequest): Promise<Entry[] | Refused | 'expired'> {
	const entries = new Map<unknown, Entry>();
	const { description, account } = request;
	const trail = new PageTrail({
		provider: 'Asana',
		what: description,
		account: account?.name,
		mostPages: MAX_PAGES,
	});
	let offset: string | undefined;
	do {
		const page = await readPage(api, request, offset);
		if (page === 'expired' || 'refused' in page) return page;
		for (const entry of parseNamed(page, request)) entries.set(entry.gid, entry);
		offset = page.next_page?.offset;
		trail.follow(offset);
	} while (offset !== undefined);
	return [...entries.values()];
}

function parseNamed({ data }: ListPage, { description, account, onNameless }: AnyRequest): Entry[] {
	if (!onNameless) return data as Entry[];
	const list = { provider: 'Asana', what: description, account: account?.name };
	const { entries, nameless } = sortEntries(
		data,
		{ read: parseEntry, getId: ({ gid }) => gid as string },
		list,
	);
	if (nameless.length > 0) onNameless(nameless);
	return entries;
}

/** An entry as a thing with an id; undefined where it has none. */
function parseEntry(entry: unknown): Entry | undefined {
	return isObject(entry) && DIGITS.pattern.test(String(entry.gid)) && typeof entry.gid === 'string'
		? entry
		: undefined;
}

async function readPage(
	api: ProviderApi,
	{ path, query, description, scope, account, onNameless, refused }: AnyRequest,
	offset: string | undefined,
): Promise<ListPage | Refused | 'expired'> {
	let refusal: Refused | 'expired' | undefined;
	const page = await api.call({
		...{ path: VERSION + path, description, scope, account },
		query: { ...query, limit: String(PAGE_SIZE), ...(offset !== undefined && { offset }) },
		isValid: (json) =>
			isPage(json) && (onNameless ? isReadableList(json.data, parseEntry) : json.data.every(isObject)),
		isNotFound({ status, body }) {
			if (offset !== undefined && isExpired(status, body)) refusal = 'expired';
			else if (refused?.(status) && !aboutScope(body)) refusal = { refused: status };
			return refusal !== undefined;
		},
	});
	return refusal ?? (page as ListPage);
}

function isPage(json: unknown): json is ListPage {
	const { data, next_page: next } = (json ?? {}) as Partial<ListPage>;
	if (!Array.isArray(data)) return false;
	return next === undefined || next === null || (typeof next.offset === 'string' && next.offset !== '');
}

function isObject(value: unknown): value is Entry {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** "offset: Your pagination token has expired." */
function isExpired(status: number, body: string): boolean {
	return status === 400 && /pagination token|\boffset\b/i.test(body);
}

/** The right to all such lists is missing, which is no matter of this one. */
export function aboutScope(body: string): boolean {
	return /\bscopes?\b/i.test(body);
}
