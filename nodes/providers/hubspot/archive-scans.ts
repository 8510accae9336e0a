import { splitIntoBatches } from '../../shared/concurrency';
import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { readOptional } from '../../engine/read/halves';
import { readDeals } from './batch-read';
import { listedDeals } from './deal-pages';
import type { ListCursor } from './list-scan';
import { changedDeal, deletedDeal, toMilliseconds } from './deal-items';
import { SUMMARY_PROPERTIES } from './properties';
import type { DealSummary, ReadDeal } from './replies';

const HOUR_MS = 3_600_000;
/** The recycle bin has no useful order, so all of it is read: in every run up to this size, else once a day. */
const PAGES_WITH_EVERY_RUN = 50;
/** More than two clocks differ by. */
const OVERLAP_MS = HOUR_MS;

/** Progress in the recycle bin. Instants are milliseconds since 1970. */
interface ArchiveCursor extends Cursor {
	/** Cursor of the page to resume from; null between rounds. */
	after: string | null;
	/** When the current round began, or the last one. */
	began: number;
	/** Deals deleted before this have already been reported. */
	since: number;
	/** Pages read in the current round, or in the last one. */
	pages: number;
}

/** Finds deleted deals. HubSpot keeps them for 90 days, and deleting a deal does not count as a change. */
export const deletedScan: Scan = {
	name: 'archived',
	async *pages(context, cursor, cursors) {
		const list = cursors.all as ListCursor | undefined;
		if (context.range || !list || list.doneAt === null) return;
		const now = context.startedAt.getTime();
		const before = cursor as ArchiveCursor | undefined;
		if (!before) return yield* recycleBinPages(context, newRound(now, list.firstAt));
		if (before.after !== null) return yield* recycleBinPages(context, before);
		const rests =
			before.pages > PAGES_WITH_EVERY_RUN && before.began <= now && now - before.began < 20 * HOUR_MS;
		if (!rests) yield* recycleBinPages(context, newRound(now, before.began));
	},
};

const newRound = (now: number, since: number): ArchiveCursor => ({
	after: null,
	began: now,
	since,
	pages: 0,
});

async function* recycleBinPages(context: StreamContext, start: ArchiveCursor): AsyncGenerator<Page, void> {
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

/** Finds deals that are deleted here but restored in HubSpot. Whether that counts as a change is not documented. */
export const restoredScan: Scan = {
	name: 'restored',
	async *pages(context, _cursor, cursors) {
		const list = cursors.all as ListCursor | undefined;
		if (context.range || !list || list.doneAt === null) return;
		const checkedAt = context.startedAt.getTime();
		for (const ids of splitIntoBatches(await context.store.deletedLeads(), BATCH)) {
			const asked = new Set(ids);
			const found = await readThere(context, ids);
			// A merged deal comes back as the deal that it was merged into.
			const items = found.filter(({ id }) => asked.has(id)).map(changedDeal);
			yield { items, cursor: { checkedAt } };
		}
	},
};

/** A deal that cannot be read even alone stays deleted; the next run tries again. */
async function readThere(context: StreamContext, ids: readonly string[]): Promise<ReadDeal[]> {
	const read = await readOptional<string, ReadDeal | undefined>(ids, context.api, {
		read: async (some, api) => await readDeals({ ...context, api }, some, { properties: SUMMARY_PROPERTIES }),
		reject: (id, { message }) => {
			context.warn(`Could not check whether the deleted deal ${id} was restored: ${message}`);
			return undefined;
		},
	});
	return read.filter((deal) => deal !== undefined);
}
