import type { StreamContext } from '../../engine/contract/stream';
import { paths } from './paths';
import { dealBatchShape, fetchReply, idsNotFound, isWhole, type ReadDeal } from './replies';

/** What is wanted of the deals of a batch. */
export interface Wanted {
	properties: readonly string[];
	/** Of these all values there ever were; then 50 deals are the most that HubSpot takes at once, else 100. */
	propertiesWithHistory?: readonly string[];
	/** Only those in the recycle bin, instead of only those that are not. */
	archived?: boolean;
}

/**
 * Reads deals by their ids. What is not there is left out, and one that was merged into another may come as that one:
 * the reply's ids are not always those that were asked for.
 */
export async function readDeals(
	context: StreamContext,
	ids: readonly string[],
	wanted: Wanted,
): Promise<ReadDeal[]> {
	return (await readBatch(context, ids, wanted)).deals;
}

/** The same, with the ids of which HubSpot says that there is no such deal. */
export async function readBatch(
	{ api, account }: StreamContext,
	ids: readonly string[],
	{ archived, ...wanted }: Wanted,
): Promise<{ deals: ReadDeal[]; notFound: Set<string> }> {
	const batch = await fetchReply(api, dealBatchShape, {
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
