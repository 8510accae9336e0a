import { isObject } from '../../shared/shape';
import type { ApiRequest, ProviderApi } from '../../engine/contract/api';
import { ReadFailure } from '../../engine/contract/failure';
import { isReadableList, sortEntries } from '../../engine/read/list-entries';
import { type NamelessEntry } from '../../engine/contract/stream';
import { PageTrail } from '../../engine/read/page-trail';
import { DIGITS } from '../account-facts';

const VERSION = '/api/1.0';
/** Asana's maximum. Without a limit it does not paginate, and rejects requests for large lists. */
const PAGE_SIZE = 100;
/** Far more than any project needs. Guards against a list that never ends. */
const MAX_PAGES = 1_000;
const MAX_RESTARTS = 3;

export interface ListRequest extends Pick<ApiRequest, 'path' | 'description' | 'scope' | 'account'> {
	query: Readonly<Record<string, string>>;
	/** Called with the entries that lack an id, which are left out. Without it, a list with such an entry fails. */
	onNameless?(entries: readonly NamelessEntry[]): void;
}

export interface RefusableListRequest extends ListRequest {
	/** Whether an error response with this status means that the resource does not exist. */
	refused(status: number): boolean;
}

type AnyRequest = ListRequest & Partial<RefusableListRequest>;

export type Entry = Record<string, unknown>;

interface ListPage {
	data: unknown[];
	next_page?: { offset: string } | null;
}

/** A list that does not exist, with the status of the response. */
export interface Refused {
	refused: number;
}

/**
 * Reads all pages of a list. Of duplicate entries, the last copy is kept. Pagination tokens expire quickly; the list is
 * then read again from its first page.
 * @throws ReadFailure if it cannot be read, or does not end
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
		`Asana's pagination token for ${request.description} expired ${MAX_RESTARTS + 1} times during the read.`,
		'The next run tries again.',
	);
}

/** Reads a single object; undefined if it does not exist. @throws ReadFailure */
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

/** Undefined if the entry has no id. */
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

/** "offset: Your pagination token has expired." */
function isExpired(status: number, body: string): boolean {
	return status === 400 && /pagination token|\boffset\b/i.test(body);
}

/** Whether a scope is missing: that concerns all requests of the kind, not this one alone. */
function aboutScope(body: string): boolean {
	return /\bscopes?\b/i.test(body);
}
