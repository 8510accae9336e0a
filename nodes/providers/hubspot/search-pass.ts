import type { Mark, Page, Pass, StreamContext } from '../../engine/definition';
import { boundsOf } from '../../engine/local-days';
import { listTrail, type ListMark } from './list-pass';
import { changedDeal, modifiedMs } from './page-of-deals';
import { afterPage, groupsFor, type Filter, type Position } from './search-position';
import { paths } from './paths';
import { GLANCE_PROPERTIES } from './properties';
import { demand, pageShape, type DealPage } from './replies';

const PAGE_SIZE = 200;

/** Each round begins this much before the last one ended: changes show up in the search a little late. */
const OVERLAP_MS = 10 * 60_000;

/**
 * Where nothing changed, the next round still looks back to the newest change that was seen, for what the index gave
 * late; but not further than this, or the changes of a bulk edit would be read again in every run of a quiet portal.
 */
const LOOK_BACK_MS = 60 * 60_000;

/** How far the changes were read. Instants are milliseconds since 1970. */
interface SearchMark extends Mark {
	/** In a round the place to go on from, else the newest change seen, never later than that round began. */
	at: number;
	/** The last deal read of those changed in that very millisecond, where they are read one slice after another. */
	id: string | null;
	/** When the present round began; null between rounds. */
	round: number | null;
}

/** What changed since, oldest change first. It begins where the first read of the list began, once that is complete. */
export const searchPass: Pass = {
	name: 'changed',
	async *pages(context, mark, marks) {
		if (context.range) return yield* changedInRange(context, context.range);
		const list = marks.all as ListMark | undefined;
		if (!list || list.doneAt === null) return;
		const now = context.startedAt.getTime();
		const { at, id, round } = (mark as SearchMark | undefined) ?? { at: list.firstAt, id: null, round: null };
		const start = round === null ? { at: at - OVERLAP_MS, id: null } : { at, id };
		const began = round ?? now;
		let newest = at;
		for await (const { items, position, isLast } of found(context, [[]], start)) {
			newest = Math.max(newest, position.at);
			yield {
				items,
				mark: isLast ? betweenRounds(newest, began) : { ...position, round: began },
			};
		}
	},
};

// A change may be dated in the future, by a clock that is wrong there or here: the next round begins where this one
// began at the latest, so that nothing is passed over for it.
function betweenRounds(newest: number, began: number): SearchMark {
	return { at: Math.min(Math.max(newest, began - LOOK_BACK_MS), began), id: null, round: null };
}

/** A backfill: what was changed, or was made, on some days of the portal. Its marks are not kept. */
async function* changedInRange(
	context: StreamContext,
	range: { from: string; to: string },
): AsyncGenerator<Page, void> {
	const { from, until } = boundsOf(range, context.account.timezone);
	const groups: Filter[][] = [
		[{ propertyName: 'hs_lastmodifieddate', operator: 'LT', value: String(until) }],
		[
			{ propertyName: 'createdate', operator: 'GTE', value: String(from) },
			{ propertyName: 'createdate', operator: 'LT', value: String(until) },
		],
	];
	for await (const { items, position } of found(context, groups, { at: from, id: null })) {
		yield { items, mark: { ...position, round: from } };
	}
}

interface Found {
	items: Page['items'];
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
	let position = start;
	let offset: string | undefined;
	const trail = listTrail(context, 'the changed deals');
	for (;;) {
		const page = await search(context, groups, position, offset);
		const next = afterPage(position, rowsOf(page), page.paging?.next?.after);
		({ position, offset } = next);
		if (!next.isLast) trail.follow(JSON.stringify([position.at, position.id, offset]));
		yield { items: page.results.map(changedDeal), position, isLast: next.isLast };
		if (next.isLast) return;
	}
}

async function search(
	{ api, account }: StreamContext,
	groups: readonly Filter[][],
	position: Position,
	offset = '0',
): Promise<DealPage> {
	return await demand(api, pageShape, {
		method: 'POST',
		path: paths.dealSearch,
		json: {
			filterGroups: groupsFor(groups, position),
			sorts: [position.id === null ? 'hs_lastmodifieddate' : 'hs_object_id'],
			properties: GLANCE_PROPERTIES,
			limit: PAGE_SIZE,
			after: offset,
		},
		account,
		group: 'search',
		what: 'the changed deals',
		scope: 'crm.objects.deals.read',
		accept: ({ results }) => results.every((deal) => modifiedMs(deal) !== undefined),
	});
}

function rowsOf({ results }: DealPage): Array<{ id: string; at: number }> {
	return results.map((deal) => ({ id: deal.id, at: modifiedMs(deal)! }));
}
