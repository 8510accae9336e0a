import { inBatches } from '../../engine/read/changes';
import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { readInHalves } from '../../engine/read/halves';
import { readDeals } from './batch-read';
import { listedDeals } from './deal-pages';
import type { ListCursor } from './list-scan';
import { changedDeal, deletedDeal, toMilliseconds } from './page-of-deals';
import { GLANCE_PROPERTIES } from './properties';
import type { DealSummary, ReadDeal } from './replies';

const HOUR_MS = 3_600_000;
/** The recycle bin has no order that helps, so all of it is gone through; where that is more, once a day will do. */
const PAGES_WITH_EVERY_RUN = 50;
/** What two clocks may differ by, and more. */
const OVERLAP_MS = HOUR_MS;

/** How far the recycle bin was read. Instants are milliseconds since 1970. */
interface ArchiveCursor extends Cursor {
	/** The cursor of the page to go on from; null between rounds. */
	after: string | null;
	/** When the present round began, or the last one. */
	began: number;
	/** What was deleted before this has been told already. */
	since: number;
	/** Of the present round, or the last one. */
	pages: number;
}

/** Deals that were deleted: HubSpot keeps them for 90 days, and deleting one does not count as a change. */
export const deletedScan: Scan = {
	name: 'archived',
	async *pages(context, cursor, cursors) {
		const list = cursors.all as ListCursor | undefined;
		if (context.range || !list || list.doneAt === null) return;
		const now = context.startedAt.getTime();
		const before = cursor as ArchiveCursor | undefined;
		if (!before) return yield* binned(context, newRound(now, list.firstAt));
		if (before.after !== null) return yield* binned(context, before);
		const rests =
			before.pages > PAGES_WITH_EVERY_RUN && before.began <= now && now - before.began < 20 * HOUR_MS;
		if (!rests) yield* binned(context, newRound(now, before.began));
	},
};

const newRound = (now: number, since: number): ArchiveCursor => ({
	after: null,
	began: now,
	since,
	pages: 0,
});

async function* binned(context: StreamContext, start: ArchiveCursor): AsyncGenerator<Page, void> {
	let cursor = start;
	for await (const { deals, nameless, after } of listedDeals(context, {
		after: cursor.after,
		archived: true,
	})) {
		cursor = { ...cursor, after, pages: cursor.pages + 1 };
		const items = deals
			.filter((deal) => isNew(deal, cursor.since))
			.map((deal) => deletedDeal(deal, context.startedAt));
		yield { items, nameless, cursor };
	}
}

function isNew({ archivedAt }: DealSummary, since: number): boolean {
	const at = toMilliseconds(archivedAt);
	return at === undefined || at >= since - OVERLAP_MS;
}

const BATCH = 100;

/** Deals that are deleted in our books and are there again: whether restoring one counts as a change is not told. */
export const restoredScan: Scan = {
	name: 'restored',
	async *pages(context, _cursor, cursors) {
		const list = cursors.all as ListCursor | undefined;
		if (context.range || !list || list.doneAt === null) return;
		const checkedAt = context.startedAt.getTime();
		for (const ids of inBatches(await context.store.deletedLeads(), BATCH)) {
			const asked = new Set(ids);
			const found = await readThere(context, ids);
			// One that was merged answers as the deal that it went into.
			const items = found.filter(({ id }) => asked.has(id)).map(changedDeal);
			yield { items, cursor: { checkedAt } };
		}
	},
};

/** Those that cannot be asked for alone stay deleted; the next run asks again. */
async function readThere(context: StreamContext, ids: readonly string[]): Promise<ReadDeal[]> {
	const read = await readInHalves<string, ReadDeal | undefined>(ids, context.api, {
		read: async (some, api) => await readDeals({ ...context, api }, some, { properties: GLANCE_PROPERTIES }),
		reject: (id, { message }) => {
			context.warn(`Whether the deleted deal ${id} is there again could not be asked: ${message}`);
			return undefined;
		},
	});
	return read.filter((deal) => deal !== undefined);
}
