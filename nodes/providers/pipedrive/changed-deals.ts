import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { getBounds } from '../../shared/local-days';
import { toItem, matters } from './items';
import { ALL_STATUSES, listPages, type ListEndpoint } from './lists';
import type { ListedDeal } from './replies';
import { apiTime, toMilliseconds } from './times';

/** What is changed may show a little later, and with a time a little earlier. */
const OVERLAP_MS = 10 * 60_000;

/** How far our clock and Pipedrive's may be apart, twice over. */
const SETTLED_MS = 20 * 60_000;

/** Each deal costs a call for its history, and where the day's tokens run out in a page its calls were in vain. */
export const DEALS_PER_PAGE = 50;

/** Where a list stands. */
interface Place {
	/** From which change on it was asked for; null: from the beginning. */
	since: string | null;
	/** Of the next page; null once the list was read to its end. */
	cursor: string | null;
	/** Up to which change all is read; null where nothing is. */
	high: string | null;
}

/** The deals of a list that are new or changed, oldest change first, so that a long list can be read bit by bit. */
export function changedDeals(name: string, endpoint: ListEndpoint): Scan {
	return {
		name,
		async *pages(context, mark): AsyncGenerator<Page, void> {
			let place = placeFrom(mark);
			const anew = () => buildQuery(context, (place = fromHigh(place)));
			const { cursor } = place;
			const pages = listPages(context, endpoint, { query: buildQuery(context, place), cursor, anew });
			for await (const { data, nameless, nextCursor } of pages) {
				place = after(place, data, nextCursor, context.startedAt);
				yield { items: selectItems(data, context, place), nameless, cursor: { ...place } };
			}
		},
	};
}

function placeFrom(mark: Cursor | undefined): Place {
	const { since, cursor, high } = { since: null, cursor: null, high: null, ...mark } as Place;
	return cursor === null ? fromHigh({ since, cursor, high }) : { since, cursor, high };
}

/** The list anew, with what may have come late: also where the cursor is no longer taken. */
function fromHigh({ high }: Place): Place {
	const since = high === null ? null : apiTime(new Date(Date.parse(high) - OVERLAP_MS));
	return { since, cursor: null, high };
}

function buildQuery(context: StreamContext, { since }: Place): Record<string, string> {
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

/** Never beyond the reading's own start: a change dated in the future would hide all that come before it. */
function after(place: Place, deals: readonly ListedDeal[], cursor: string | null, startedAt: Date): Place {
	const start = startedAt.getTime();
	const changes = deals.map(({ update_time: time }) => Math.min(toMilliseconds(time) ?? 0, start));
	// Read to its end, it need not be read again from the last change: a thousand deals may have been changed at once.
	const settled = cursor === null ? start - SETTLED_MS : 0;
	const newest = Math.max(toMilliseconds(place.high) ?? 0, settled, ...changes);
	return { ...place, cursor, high: newest === 0 ? null : new Date(newest).toISOString() };
}

/** A list of all leaves those without a time of change to the pass that looks for them. */
function selectItems(deals: readonly ListedDeal[], context: StreamContext, { since }: Place) {
	const all = since !== null || context.range !== undefined;
	return deals
		.filter((deal) => (all || toMilliseconds(deal.update_time) !== undefined) && matters(deal, context))
		.map(toItem);
}
