import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { getBounds } from '../../shared/local-days';
import { toItem, matters } from './items';
import { ALL_STATUSES, listPages, type ListEndpoint } from './lists';
import type { ListedDeal } from './replies';
import { toMilliseconds } from './times';

const DAY_MS = 24 * 3_600_000;
/** Twice as far as our clock and Pipedrive's may be apart. */
const OVERLAP_MS = 20 * 60_000;

/** Few of them are read with their history. */
const LISTED_PER_PAGE = 100;

/** Where the look at what was added stands. */
interface Place {
	/** When it began. */
	began: string;
	/** Back to which creation it goes; null: to the first. */
	back: string | null;
	/** Of the next page; null once it is done. */
	cursor: string | null;
}

/**
 * A deal that was never changed has no time of change, and no list of changes is sure to hold it. So once a day those
 * are looked for among the deals of a list that were added since the day before, newest first.
 */
export const addedDeals = (name: string, endpoint: ListEndpoint): Scan => ({
	name,
	async *pages(context, mark): AsyncGenerator<Page, void> {
		const place = placeFrom(mark, context.startedAt);
		if (!place) return;
		const back = chooseLookBack(place, context);
		const pages = listPages(context, endpoint, { query: QUERY, cursor: place.cursor, anew: () => QUERY });
		// An entry without an id is told by the list of changes.
		for await (const { data, nextCursor } of pages) {
			const meant = data.filter((deal) => !isBefore(deal, back));
			const cursor = meant.length < data.length ? null : nextCursor;
			yield { items: selectItems(meant, context), cursor: { ...place, cursor } };
			if (cursor === null) return;
		}
	},
});

const QUERY = {
	status: ALL_STATUSES,
	sort_by: 'add_time',
	sort_direction: 'desc',
	limit: String(LISTED_PER_PAGE),
};

/** Undefined where it was done less than a day ago. */
function placeFrom(mark: Cursor | undefined, startedAt: Date): Place | undefined {
	const began = startedAt.toISOString();
	if (mark === undefined) return { began, back: null, cursor: null };
	const last = mark as unknown as Place;
	if (last.cursor !== null) return last;
	if (startedAt.getTime() - Date.parse(last.began) < DAY_MS) return undefined;
	return { began, back: last.began, cursor: null };
}

/** The creation before which nothing more is looked for, in milliseconds since 1970. */
function chooseLookBack({ back }: Place, { range, account }: StreamContext): number {
	if (range) return getBounds(range, account.timezone).from;
	return back === null ? 0 : Date.parse(back) - OVERLAP_MS;
}

const isBefore = ({ add_time: added }: ListedDeal, ms: number): boolean => (toMilliseconds(added) ?? ms) < ms;

/** A backfill takes all that were added on its days; else those that a list of changes may not hold. */
function selectItems(deals: readonly ListedDeal[], context: StreamContext) {
	return deals.filter((deal) => isMeant(deal, context) && matters(deal, context)).map(toItem);
}

function isMeant({ add_time, update_time }: ListedDeal, { range, account }: StreamContext): boolean {
	if (!range) return toMilliseconds(update_time) === undefined;
	const { from, until } = getBounds(range, account.timezone);
	const added = toMilliseconds(add_time) ?? 0;
	return added >= from && added < until;
}
