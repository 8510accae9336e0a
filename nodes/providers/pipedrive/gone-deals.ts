import type { ChangedItem, Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { asFailure, type ReadFailure } from '../../engine/contract/failure';
import { MAX_FIRST_FAILURES } from '../../engine/read/outage-detector';
import { isDeleted } from './deal-items';
import { ALL_STATUSES, ARCHIVED_DEALS, DEALS, listPages, type ListEndpoint } from './lists';
import { oneDeal } from './one-deal';

const WEEK_MS = 7 * 24 * 3_600_000;

/** Large, because the deals are only checked for existence and their history is not read. */
const LISTED_PER_PAGE = 500;

/** If more than this share of all deals is missing, the connecting user has more likely lost a permission. */
const MAX_SHARE = 0.1;
const FEW = 20;

/** Maximum number of deals to check, each with a separate call. */
const MAX_CONCURRENT = 500;

/**
 * Finds deals that are no longer listed because they were merged, or deleted more than 30 days ago. Once a week, the
 * stored deals are compared with the listed ones, and each missing deal is read by id.
 */
export const goneDeals: Scan = {
	name: 'gone',
	async *pages(context, cursor): AsyncGenerator<Page, void> {
		if (context.range || !isDue(cursor, context)) return;
		const missing = new Set(await context.store.liveLeads());
		const most = Math.min(MAX_CONCURRENT, Math.max(FEW, missing.size * MAX_SHARE));
		for (const endpoint of [DEALS, ARCHIVED_DEALS]) {
			if (missing.size > 0) await removeListed(context, endpoint, missing);
		}
		if (missing.size > most) context.warn(tooMany(missing.size, context.account.name));
		const items = missing.size > most ? [] : await findGone(context, [...missing]);
		yield { items, cursor: { at: context.startedAt.toISOString() } };
	},
};

function isDue(cursor: Cursor | undefined, { startedAt }: StreamContext): boolean {
	return startedAt.getTime() - (Date.parse(String(cursor?.at)) || 0) >= WEEK_MS;
}

async function removeListed(
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

/** Finds the deals that are certainly deleted. A hidden deal stays unchanged. */
async function findGone(context: StreamContext, ids: readonly string[]): Promise<ChangedItem[]> {
	const found = await Promise.allSettled(ids.map(async (id) => await oneDeal(context, id)));
	throwIfOutage(found.map((one) => (one.status === 'rejected' ? asFailure(one.reason) : undefined)));
	return found.flatMap((one, index) => {
		const id = ids[index]!;
		if (one.status === 'rejected') return skipUnreadable(context, id, asFailure(one.reason));
		if (one.value === 'hidden') return [];
		if (one.value === 'gone') return [{ id, version: null, item: { id: Number(id), is_deleted: true } }];
		return isDeleted(one.value) ? [{ id, version: null, item: one.value }] : [];
	});
}

/** @param failures one for each deal, undefined if it was read. @throws ReadFailure if Pipedrive answered for none of several */
function throwIfOutage(failures: ReadonlyArray<ReadFailure | undefined>): void {
	const [first] = failures;
	const isOutage = failures.every((failure) => failure?.failureClass === 'provider_unavailable');
	if (first && isOutage && failures.length >= MAX_FIRST_FAILURES) throw first;
}

/** A deal that cannot be read stays unchanged; the next scan tries again. @throws ReadFailure if it concerns others too */
function skipUnreadable({ warn }: StreamContext, id: string, failure: ReadFailure): ChangedItem[] {
	if (!failure.mayBeOfOneRecord) throw failure;
	warn(`Could not check whether the deal ${id} was deleted: ${failure.message}`);
	return [];
}

const tooMany = (count: number, name: string): string =>
	`Pipedrive no longer lists ${count} deals of ${name}. They are left unchanged because that is too many at once: check that the person who connected it may still see all pipelines.`;
