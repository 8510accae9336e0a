import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { getBounds } from '../../shared/local-days';
import { searchedDeals, type SearchPlace } from './deal-pages';
import type { ListCursor } from './list-scan';
import { changedDeal, modifiedMs } from './page-of-deals';
import type { DealSummary } from './replies';
import { afterPage, buildFilterGroups, type Filter, type Position, type Step } from './search-position';

/** Each round begins this much before the last one ended: changes show up in the search a little late. */
const OVERLAP_MS = 10 * 60_000;

/**
 * Where nothing changed, the next round still looks back to the newest change that was seen, for what the index gave
 * late; but not further than this, or the changes of a bulk edit would be read again in every run of a quiet portal.
 */
const LOOK_BACK_MS = 60 * 60_000;

/** How far the changes were read. Instants are milliseconds since 1970. */
interface SearchCursor extends Cursor {
	/** In a round the place to go on from, else the newest change seen, never later than that round began. */
	at: number;
	/** The last deal read of those changed in that very millisecond, where they are read one slice after another. */
	id: string | null;
	/** When the present round began; null between rounds. */
	round: number | null;
}

/** What changed since, oldest change first. It begins where the first read of the list began, once that is complete. */
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

// A change may be dated in the future, by a clock that is wrong there or here: the next round begins where this one
// began at the latest, so that nothing is passed over for it.
function betweenRounds(newest: number, began: number): SearchCursor {
	return { at: Math.min(Math.max(newest, began - LOOK_BACK_MS), began), id: null, round: null };
}

/** A backfill: what was changed, or was made, on some days of the portal. Its marks are not kept. */
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
	position: Position;
	isLast: boolean;
}

/**
 * The changed deals from a place on, page by page, each asked for by what the one before ended with: so there is no
 * offset that a deal edited meanwhile could shift, and none beyond which HubSpot answers no more (10,000).
 */
async function* found(
	context: StreamContext,
	groups: readonly Filter[][],
	start: Position,
): AsyncGenerator<Found, void> {
	let step: Step = { position: start, isLast: false };
	const toPosition = ({ position, offset }: Step): SearchPlace => ({
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

/** One that does not say when it was changed leads nowhere where the pages go by time. */
function toRows(deals: readonly DealSummary[], { id }: Position): Array<{ id: string; at: number }> {
	const rows = deals.map((deal) => ({ id: deal.id, at: modifiedMs(deal) ?? (id === null ? undefined : 0) }));
	return rows.filter((row): row is { id: string; at: number } => row.at !== undefined);
}
