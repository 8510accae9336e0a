/** The deal properties that Extract uses. Transform validates the whole deal. */
export interface ListedDeal {
	id: number;
	add_time?: unknown;
	update_time?: unknown;
	close_time?: unknown;
	status?: unknown;
	is_deleted?: unknown;
	is_archived?: unknown;
	org_id?: unknown;
	stage_id?: unknown;
}

/** An object of version 2 with an id. */
export interface Listed {
	id: number;
}

/** A page of a version 2 list. On the last page the cursor is null, or missing at any level. */
interface ListReply {
	additional_data?: { next_cursor?: unknown } | null;
}

/** A page of version 1. The paging is in `pagination` or, as documented for some calls, beside it. */
interface FlowReply {
	data?: unknown[] | null;
	additional_data?: ({ pagination?: FlowPaging | null } & FlowPaging) | null;
}

interface FlowPaging {
	start?: unknown;
	limit?: unknown;
	more_items_in_collection?: unknown;
	next_start?: unknown;
}

/** Parses an entry of a list; undefined if it has no id. */
export function parseListed<T extends Listed>(entry: unknown): T | undefined {
	if (typeof entry !== 'object' || entry === null) return undefined;
	const { id } = entry as { id?: unknown };
	if (typeof id === 'number') return entry as T;
	return typeof id === 'string' && /^\d{1,15}$/.test(id) ? { ...(entry as T), id: Number(id) } : undefined;
}

/** Whether a reply is a single object with an id. */
export function isOne(json: unknown): boolean {
	const { success, data } = (json ?? {}) as { success?: unknown; data?: Partial<Listed> | null };
	return success === true && typeof data?.id === 'number';
}

/** Whether a reply is a page of a deal's flow, whatever its entries. */
export function isFlow(json: unknown): boolean {
	return getData(json) !== undefined;
}

/**
 * A reply's data, if it is a list. An empty list may be null. A reply with status 200 may also have `success: false`, or
 * be null.
 */
export function getData(json: unknown): unknown[] | undefined {
	const { success, data } = (json ?? {}) as { success?: unknown; data?: unknown };
	if (success !== true) return undefined;
	return Array.isArray(data) ? data : isNothing(data) ? [] : undefined;
}

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** The cursor of the next page; null on the last page. */
export function parseNextCursor(json: unknown): string | null {
	const { additional_data: additional } = json as ListReply;
	const cursor = additional?.next_cursor;
	return typeof cursor === 'string' && cursor !== '' ? cursor : null;
}

/** The entries on a page of a flow, and where the next page starts; undefined on the last page. */
export function parseFlow(json: unknown): { entries: unknown[]; nextStart: number | undefined } {
	const { data, additional_data: additional } = json as FlowReply;
	const entries = data ?? [];
	const paging = additional?.pagination ?? additional ?? {};
	if (paging.more_items_in_collection !== true) return { entries, nextStart: undefined };
	const following = Number(paging.start ?? 0) + Number(paging.limit ?? entries.length);
	return { entries, nextStart: Number(paging.next_start ?? following) };
}
