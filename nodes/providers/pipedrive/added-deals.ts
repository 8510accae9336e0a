import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { getBounds } from '../../shared/local-days';
import { toItem, isWithinHistory } from './deal-items';
import { ALL_STATUSES, listPages, type ListEndpoint } from './lists';
import type { ListedDeal } from './replies';
import { toMilliseconds } from './times';

const DAY_MS = 24 * 3_600_000;
/** Twice the expected difference between our clock and Pipedrive's. */
const OVERLAP_MS = 20 * 60_000;

/** Larger than for changed deals, because the history of only few of them is read. */
const LISTED_PER_PAGE = 100;

/** Progress in the added deals. */
interface Position {
	/** When the scan began. */
	began: string;
	/** Earliest creation time to look for; null for all. */
	back: string | null;
	/** Cursor of the next page; null once the scan is complete. */
	cursor: string | null;
}

/**
 * Finds deals that were added but never changed: they have no modified time and may be missing from lists of changes. Once
 * a day, the deals added since the day before are listed, newest first.
 */
export const addedDeals = (name: string, endpoint: ListEndpoint): Scan => ({
	name,
	async *pages(context, previous): AsyncGenerator<Page, void> {
		const position = resumeFrom(previous, context.startedAt);
		if (!position) return;
		const back = chooseLookBack(position, context);
		const pages = listPages(context, endpoint, {
			query: QUERY,
			cursor: position.cursor,
			restart: () => QUERY,
		});
		// The list of changes already reports entries without an id.
		for await (const { data, nextCursor } of pages) {
			const meant = data.filter((deal) => !isBefore(deal, back));
			const cursor = meant.length < data.length ? null : nextCursor;
			yield { items: selectItems(meant, context), cursor: { ...position, cursor } };
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

/** Undefined if the last scan was less than a day ago. */
function resumeFrom(previous: Cursor | undefined, startedAt: Date): Position | undefined {
	const began = startedAt.toISOString();
	if (previous === undefined) return { began, back: null, cursor: null };
	const last = previous as unknown as Position;
	if (last.cursor !== null) return last;
	if (startedAt.getTime() - Date.parse(last.began) < DAY_MS) return undefined;
	return { began, back: last.began, cursor: null };
}

/** The earliest creation time to look for, in milliseconds since 1970. */
function chooseLookBack({ back }: Position, { range, account }: StreamContext): number {
	if (range) return getBounds(range, account.timezone).from;
	return back === null ? 0 : Date.parse(back) - OVERLAP_MS;
}

const isBefore = ({ add_time: added }: ListedDeal, ms: number): boolean => (toMilliseconds(added) ?? ms) < ms;

/** Selects the deals added within a backfill's range, else those that may be missing from lists of changes. */
function selectItems(deals: readonly ListedDeal[], context: StreamContext) {
	return deals.filter((deal) => isInScope(deal, context) && isWithinHistory(deal, context)).map(toItem);
}

function isInScope({ add_time, update_time }: ListedDeal, { range, account }: StreamContext): boolean {
	if (!range) return toMilliseconds(update_time) === undefined;
	const { from, until } = getBounds(range, account.timezone);
	const added = toMilliseconds(add_time) ?? 0;
	return added >= from && added < until;
}
