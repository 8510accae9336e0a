import type { StreamContext } from '../../engine/contract/stream';
import { paths } from './paths';
import { dealBatchSchema, fetchReply, idsNotFound, isWhole, type ReadDeal } from './replies';

/** What to read of the deals of a batch. */
export interface Wanted {
	properties: readonly string[];
	/** Properties with all their past values. They reduce HubSpot's maximum batch from 100 to 50 deals. */
	propertiesWithHistory?: readonly string[];
	/** Reads only deals in the recycle bin, instead of only the others. */
	archived?: boolean;
}

/**
 * Reads deals by id. Missing deals are left out. A merged deal may come back as the deal that it was merged into, so the
 * ids of the result can differ from the requested ones.
 */
export async function readDeals(
	context: StreamContext,
	ids: readonly string[],
	wanted: Wanted,
): Promise<ReadDeal[]> {
	return (await readBatch(context, ids, wanted)).deals;
}

/** Like `readDeals`, with the ids that HubSpot reports as not found. */
export async function readBatch(
	{ api, account }: StreamContext,
	ids: readonly string[],
	{ archived, ...wanted }: Wanted,
): Promise<{ deals: ReadDeal[]; notFound: Set<string> }> {
	const batch = await fetchReply(api, dealBatchSchema, {
		method: 'POST',
		path: paths.dealBatch,
		...(archived && { query: { archived: 'true' } }),
		json: { inputs: ids.map((id) => ({ id })), ...wanted },
		account,
		description: 'a batch of deals',
		scope: 'crm.objects.deals.read',
		isValid: isWhole,
	});
	return { deals: batch.results, notFound: idsNotFound(batch) };
}
