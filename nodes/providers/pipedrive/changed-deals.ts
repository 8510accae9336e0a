import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { getBounds } from '../../shared/local-days';
import { toItem, isWithinHistory } from './deal-items';
import { ALL_STATUSES, listPages, type ListEndpoint } from './lists';
import type { ListedDeal } from './replies';
import { apiTime, toMilliseconds } from './times';

/** A change may appear in the list with a delay, and with an earlier time. */
const OVERLAP_MS = 10 * 60_000;

/** Twice the expected difference between our clock and Pipedrive's. */
const SETTLED_MS = 20 * 60_000;

/** Small, because each deal costs a call for its history: if the daily tokens run out within a page, its calls are lost. */
export const DEALS_PER_PAGE = 50;

/** Progress in a list. */
interface Position {
	/** Start of the requested changes; null for all. */
	since: string | null;
	/** Cursor of the next page; null once the list has been read completely. */
	cursor: string | null;
	/** All changes up to this time have been read; null if none. */
	high: string | null;
}

/** Finds new and changed deals of a list, oldest change first, so that a long list can be read in several runs. */
export function changedDeals(name: string, endpoint: ListEndpoint): Scan {
	return {
		name,
		async *pages(context, previous): AsyncGenerator<Page, void> {
			let position = resumeFrom(previous);
			const restart = () => buildQuery(context, (position = fromHigh(position)));
			const { cursor } = position;
			const pages = listPages(context, endpoint, { query: buildQuery(context, position), cursor, restart });
			for await (const { data, nameless, nextCursor } of pages) {
				position = after(position, data, nextCursor, context.startedAt);
				yield { items: selectItems(data, context, position), nameless, cursor: { ...position } };
			}
		},
	};
}

function resumeFrom(previous: Cursor | undefined): Position {
	const { since, cursor, high } = { since: null, cursor: null, high: null, ...previous } as Position;
	return cursor === null ? fromHigh({ since, cursor, high }) : { since, cursor, high };
}

/** Restarts the list, with an overlap for delayed changes. Also used if Pipedrive rejects the cursor. */
function fromHigh({ high }: Position): Position {
	const since = high === null ? null : apiTime(new Date(Date.parse(high) - OVERLAP_MS));
	return { since, cursor: null, high };
}

function buildQuery(context: StreamContext, { since }: Position): Record<string, string> {
	return {
		status: ALL_STATUSES,
		sort_by: 'update_time',
		sort_direction: 'asc',
		limit: String(DEALS_PER_PAGE),
		...(since !== null && { updated_since: since }),
		...buildRange(context),
	};
}

function buildRange({ range, account }: StreamContext): Record<string, string> {
	if (!range) return {};
	const { from, until } = getBounds(range, account.timezone);
	return { updated_since: apiTime(new Date(from)), updated_until: apiTime(new Date(until)) };
}

/** Advances the cursor, at most to the start of the run: a change dated in the future would hide earlier ones. */
function after(
	position: Position,
	deals: readonly ListedDeal[],
	cursor: string | null,
	startedAt: Date,
): Position {
	const start = startedAt.getTime();
	const changes = deals.map(({ update_time: time }) => Math.min(toMilliseconds(time) ?? 0, start));
	// A complete list need not be read again from its last change: that might be a bulk change of many deals.
	const settled = cursor === null ? start - SETTLED_MS : 0;
	const newest = Math.max(toMilliseconds(position.high) ?? 0, settled, ...changes);
	return { ...position, cursor, high: newest === 0 ? null : new Date(newest).toISOString() };
}

/** When all deals are listed, those without a modified time are left to the scan of added deals. */
function selectItems(deals: readonly ListedDeal[], context: StreamContext, { since }: Position) {
	const all = since !== null || context.range !== undefined;
	return deals
		.filter(
			(deal) => (all || toMilliseconds(deal.update_time) !== undefined) && isWithinHistory(deal, context),
		)
		.map(toItem);
}
