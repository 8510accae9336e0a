import type { Cursor, Page, Scan, StreamContext } from '../../engine/contract/stream';
import { splitIntoBatches } from '../../shared/concurrency';
import { readOptional } from '../../engine/read/halves';
import { isDeleted, toItem } from './deal-items';
import { ARCHIVED_DEALS, DEALS, listAll, MAX_IDS, type ListEndpoint } from './lists';
import type { ListedDeal } from './replies';

const DAY_MS = 24 * 3_600_000;

/** Reads deals that are deleted here by id, once a day: a restored deal may have no new modified time. */
export const restoredDeals: Scan = {
	name: 'restored',
	async *pages(context, cursor): AsyncGenerator<Page, void> {
		if (context.range || !isDue(cursor, context)) return;
		const ids = (await context.store.deletedLeads()).filter((id) => /^\d+$/.test(id));
		const batches = splitIntoBatches(ids, MAX_IDS);
		const done = { at: context.startedAt.toISOString() };
		for (const [index, batch] of batches.entries()) {
			const last = index === batches.length - 1;
			yield { items: await findRestored(context, batch), cursor: last ? done : (cursor ?? { at: null }) };
		}
		if (batches.length === 0) yield { items: [], cursor: done };
	},
};

function isDue(cursor: Cursor | undefined, { startedAt }: StreamContext): boolean {
	return startedAt.getTime() - (Date.parse(String(cursor?.at)) || 0) >= DAY_MS;
}

async function findRestored(context: StreamContext, ids: readonly string[]) {
	const lists = await Promise.all([DEALS, ARCHIVED_DEALS].map((one) => selectRestored(context, one, ids)));
	return lists
		.flat()
		.filter((deal) => !isDeleted(deal))
		.map(toItem);
}

/** A deal that cannot be read even alone stays deleted; the next scan tries again. */
async function selectRestored(
	context: StreamContext,
	endpoint: ListEndpoint,
	ids: readonly string[],
): Promise<ListedDeal[]> {
	const read = await readOptional<string, ListedDeal | undefined>(ids, context.api, {
		async read(some, api) {
			const query = { ids: some.join(), status: 'open,won,lost', limit: String(MAX_IDS) };
			return (await listAll({ ...context, api }, endpoint, query)) ?? [];
		},
		reject: (id, { message }) => {
			context.warn(`Could not check whether the deleted deal ${id} was restored: ${message}`);
			return undefined;
		},
	});
	return read.filter((deal) => deal !== undefined);
}
