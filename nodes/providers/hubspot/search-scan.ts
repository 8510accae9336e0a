import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { getBounds } from '../../shared/local-days';
import { searchedDeals, type SearchRequest } from './deal-pages';
import type { ListCursor } from './list-scan';
import { changedDeal, modifiedMs } from './deal-items';
import type { DealSummary } from './replies';
import { afterPage, buildFilterGroups, type Filter, type SearchPosition, type Step } from './search-position';

/** Each round begins this much before the end of the last one: the search index shows changes with a delay. */
const OVERLAP_MS = 10 * 60_000;

/**
 * If nothing changed, the next round still looks back to the newest known change, in case the index showed others late.
 * It looks back no further than this: otherwise every run of a quiet portal would read the last bulk edit again.
 */
const LOOK_BACK_MS = 60 * 60_000;

/** Progress in the changes. Instants are milliseconds since 1970. */
interface SearchCursor extends Cursor {
	/** Within a round, where to resume. Between rounds, the newest known change, at most the start of the last round. */
	at: number;
	/** Set while the deals changed in this one millisecond are read by id: the last deal read. */
	id: string | null;
	/** When the current round began; null between rounds. */
	round: number | null;
}

/** Finds changes, oldest first. Starts when the first read of the list is complete, with the changes since its begin. */
export const searchScan: Scan = {
	name: 'changed',
	async *pages(context, cursor, cursors) {
		if (context.range) return yield* changedInRange(context, context.range);
		const list = cursors.all as ListCursor | undefined;
		if (!list || list.doneAt === null) return;
		const now = context.startedAt.getTime();
		const { at, id, round } = (cursor as SearchCursor | undefined) ?? {
			at: list.firstAt,
			id: null,
			round: null,
		};
		const start = round === null ? { at: at - OVERLAP_MS, id: null } : { at, id };
		const began = round ?? now;
		let newest = at;
		for await (const { items, nameless, position, isLast } of found(context, [[]], start)) {
			newest = Math.max(newest, position.at);
			yield {
				...{ items, nameless },
				cursor: isLast ? betweenRounds(newest, began) : { ...position, round: began },
			};
		}
	},
};

// A wrong clock may date a change in the future. The next round therefore begins at the start of this one at the latest,
// so that no change is missed.
function betweenRounds(newest: number, began: number): SearchCursor {
	return { at: Math.min(Math.max(newest, began - LOOK_BACK_MS), began), id: null, round: null };
}

/** Finds the deals changed or created on some days, in the portal's time zone, for a backfill. Its cursors are not kept. */
async function* changedInRange(
	context: StreamContext,
	range: { from: string; to: string },
): AsyncGenerator<Page, void> {
	const { from, until } = getBounds(range, context.account.timezone);
	const groups: Filter[][] = [
		[{ propertyName: 'hs_lastmodifieddate', operator: 'LT', value: String(until) }],
		[
			{ propertyName: 'createdate', operator: 'GTE', value: String(from) },
			{ propertyName: 'createdate', operator: 'LT', value: String(until) },
		],
	];
	for await (const { items, nameless, position } of found(context, groups, { at: from, id: null })) {
		yield { items, nameless, cursor: { ...position, round: from } };
	}
}

interface Found extends Pick<Page, 'items' | 'nameless'> {
	position: SearchPosition;
	isLast: boolean;
}

/**
 * Reads the changed deals from a position, page by page. Each page is requested by the last change of the one before, not
 * by an offset: deals edited meanwhile would shift an offset, and HubSpot limits offsets to 10,000.
 */
async function* found(
	context: StreamContext,
	groups: readonly Filter[][],
	start: SearchPosition,
): AsyncGenerator<Found, void> {
	let step: Step = { position: start, isLast: false };
	const toPosition = ({ position, offset }: Step): SearchRequest => ({
		filterGroups: buildFilterGroups(groups, position),
		sorts: [position.id === null ? 'hs_lastmodifieddate' : 'hs_object_id'],
		...(offset !== undefined && { offset }),
	});
	const pages = searchedDeals(context, toPosition(step), ({ deals, after }) => {
		step = afterPage(step.position, toRows(deals, step.position), after ?? undefined);
		return step.isLast ? undefined : toPosition(step);
	});
	for await (const { deals, nameless } of pages) {
		yield { items: deals.map(changedDeal), nameless, position: step.position, isLast: step.isLast };
	}
}

/** A deal without a modified time cannot be the end of a page ordered by time, so it is left out. */
function toRows(deals: readonly DealSummary[], { id }: SearchPosition): Array<{ id: string; at: number }> {
	const rows = deals.map((deal) => ({ id: deal.id, at: modifiedMs(deal) ?? (id === null ? undefined : 0) }));
	return rows.filter((row): row is { id: string; at: number } => row.at !== undefined);
}
