import type { Mark, Page, Pass, StreamContext } from '../../engine/definition';
import { inBatches } from '../../engine/changes';
import { readInHalves } from '../../engine/halves';
import { isDeleted, itemOf } from './items';
import { ARCHIVED_DEALS, DEALS, listAll, MOST_IDS, type ListEndpoint } from './lists';
import type { ListedDeal } from './replies';

const DAY_MS = 24 * 3_600_000;

/** Once a day, the deals that we hold for deleted are asked for by their ids: whoever is back may have no new time. */
export const restoredDeals: Pass = {
	name: 'restored',
	async *pages(context, mark): AsyncGenerator<Page, void> {
		if (context.range || !isDue(mark, context)) return;
		const ids = (await context.books.deletedLeads()).filter((id) => /^\d+$/.test(id));
		const batches = inBatches(ids, MOST_IDS);
		const done = { at: context.startedAt.toISOString() };
		for (const [index, batch] of batches.entries()) {
			const last = index === batches.length - 1;
			yield { items: await thoseBack(context, batch), mark: last ? done : (mark ?? { at: null }) };
		}
		if (batches.length === 0) yield { items: [], mark: done };
	},
};

function isDue(mark: Mark | undefined, { startedAt }: StreamContext): boolean {
	return startedAt.getTime() - (Date.parse(String(mark?.at)) || 0) >= DAY_MS;
}

async function thoseBack(context: StreamContext, ids: readonly string[]) {
	const lists = await Promise.all([DEALS, ARCHIVED_DEALS].map((one) => thoseIn(context, one, ids)));
	return lists
		.flat()
		.filter((deal) => !isDeleted(deal))
		.map(itemOf);
}

/** Those that cannot be asked for alone stay deleted; the next look asks again. */
async function thoseIn(
	context: StreamContext,
	endpoint: ListEndpoint,
	ids: readonly string[],
): Promise<ListedDeal[]> {
	const read = await readInHalves<string, ListedDeal | undefined>(ids, context.api, {
		async read(some, api) {
			const query = { ids: some.join(), status: 'open,won,lost', limit: String(MOST_IDS) };
			return (await listAll({ ...context, api }, endpoint, query)) ?? [];
		},
		reject: (id, { message }) => {
			context.warn(`Whether the deleted deal ${id} is there again could not be asked: ${message}`);
			return undefined;
		},
	});
	return read.filter((deal) => deal !== undefined);
}
