import type { ChangedItem, Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { asFailure, type ReadFailure } from '../../engine/contract/failure';
import { isDeleted } from './items';
import { ALL_STATUSES, ARCHIVED_DEALS, DEALS, listPages, type ListEndpoint } from './lists';
import { oneDeal } from './one-deal';

const WEEK_MS = 7 * 24 * 3_600_000;

/** Only to be told whether they are there: no history is read of them, so the pages may be large. */
const LISTED_PER_PAGE = 500;

/** More than this share of all deals at once is no tidying up: the person who connected has lost a right to see them. */
const MAX_SHARE = 0.1;
const FEW = 20;

/** Each is asked for by a call of its own. */
const MAX_CONCURRENT = 500;

/**
 * A deal that was merged into another is listed no longer, and neither is one that was deleted more than 30 days ago.
 * So once a week all that are listed are struck off those that we hold, and each that is left is asked for by its id.
 */
export const goneDeals: Scan = {
	name: 'gone',
	async *pages(context, mark): AsyncGenerator<Page, void> {
		if (context.range || !isDue(mark, context)) return;
		const missing = new Set(await context.store.liveLeads());
		const most = Math.min(MAX_CONCURRENT, Math.max(FEW, missing.size * MAX_SHARE));
		for (const endpoint of [DEALS, ARCHIVED_DEALS]) {
			if (missing.size > 0) await strikeOff(context, endpoint, missing);
		}
		if (missing.size > most) context.warn(tooMany(missing.size, context.account.name));
		const items = missing.size > most ? [] : await findGone(context, [...missing]);
		yield { items, cursor: { at: context.startedAt.toISOString() } };
	},
};

function isDue(mark: Cursor | undefined, { startedAt }: StreamContext): boolean {
	return startedAt.getTime() - (Date.parse(String(mark?.at)) || 0) >= WEEK_MS;
}

async function strikeOff(
	context: StreamContext,
	endpoint: ListEndpoint,
	missing: Set<string>,
): Promise<void> {
	const query = {
		status: ALL_STATUSES,
		sort_by: 'id',
		sort_direction: 'asc',
		limit: String(LISTED_PER_PAGE),
	};
	for await (const { data } of listPages(context, endpoint, { query })) {
		for (const { id } of data) missing.delete(String(id));
	}
}

/** Those of the deals that are gone for certain; one that is only hidden stays as it was. */
async function findGone(context: StreamContext, ids: readonly string[]): Promise<ChangedItem[]> {
	const found = await Promise.allSettled(ids.map(async (id) => await oneDeal(context, id)));
	return found.flatMap((one, index) => {
		const id = ids[index]!;
		if (one.status === 'rejected') return notAsked(context, id, asFailure(one.reason));
		if (one.value === 'hidden') return [];
		if (one.value === 'gone') return [{ id, version: null, item: { id: Number(id), is_deleted: true } }];
		return isDeleted(one.value) ? [{ id, version: null, item: one.value }] : [];
	});
}

/** One that cannot be asked for alone stays as it was; the next look asks again. @throws ReadFailure of more than it */
function notAsked({ warn }: StreamContext, id: string, failure: ReadFailure): ChangedItem[] {
	if (!failure.mayBeOfOneRecord) throw failure;
	warn(`Whether the deal ${id} is gone could not be asked: ${failure.message}`);
	return [];
}

const tooMany = (count: number, name: string): string =>
	`${count} deals of ${name} are listed by Pipedrive no longer. So many at once are left as they are: look whether the person who connected it may still see all pipelines.`;
