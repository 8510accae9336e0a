/** What Extract itself looks at in a deal; Transform judges all of it. */
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

/** Anything of version 2 that has an id. */
export interface Listed {
	id: number;
}

/** A page of a list of version 2; on the last one the cursor is null, or missing at any depth. */
interface ListReply {
	additional_data?: { next_cursor?: unknown } | null;
}

/** A page of version 1; the paging stands in `pagination`, or, as documented for some calls, beside it. */
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

/** An entry of a list as a thing with an id; undefined where it has none. */
export function parseListed<T extends Listed>(entry: unknown): T | undefined {
	if (typeof entry !== 'object' || entry === null) return undefined;
	const { id } = entry as { id?: unknown };
	if (typeof id === 'number') return entry as T;
	return typeof id === 'string' && /^\d{1,15}$/.test(id) ? { ...(entry as T), id: Number(id) } : undefined;
}

/** Tells whether a reply is one thing with an id. */
export function isOne(json: unknown): boolean {
	const { success, data } = (json ?? {}) as { success?: unknown; data?: Partial<Listed> | null };
	return success === true && typeof data?.id === 'number';
}

/** Tells whether a reply is a page of a deal's flow, whatever stands in it. */
export function isFlow(json: unknown): boolean {
	return getData(json) !== undefined;
}

/**
 * The data of a reply, where it is a list; an empty one may be null. A 200 may also say `success: false`, or be nothing
 * but null.
 */
export function getData(json: unknown): unknown[] | undefined {
	const { success, data } = (json ?? {}) as { success?: unknown; data?: unknown };
	if (success !== true) return undefined;
	return Array.isArray(data) ? data : isNothing(data) ? [] : undefined;
}

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** The cursor of the page after this one; null on the last. */
export function parseNextCursor(json: unknown): string | null {
	const { additional_data: additional } = json as ListReply;
	const cursor = additional?.next_cursor;
	return typeof cursor === 'string' && cursor !== '' ? cursor : null;
}

/** The entries on a page of a flow, and where the next one starts; undefined after the last. */
export function parseFlow(json: unknown): { entries: unknown[]; nextStart: number | undefined } {
	const { data, additional_data: additional } = json as FlowReply;
	const entries = data ?? [];
	const paging = additional?.pagination ?? additional ?? {};
	if (paging.more_items_in_collection !== true) return { entries, nextStart: undefined };
	const following = Number(paging.start ?? 0) + Number(paging.limit ?? entries.length);
	return { entries, nextStart: Number(paging.next_start ?? following) };
}
