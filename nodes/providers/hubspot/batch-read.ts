import type { StreamContext } from '../../engine/definition';
import { paths } from './paths';
import { dealBatchShape, demand, isWhole, type ReadDeal } from './replies';

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
	{ api, account }: StreamContext,
	ids: readonly string[],
	{ archived, ...wanted }: Wanted,
): Promise<ReadDeal[]> {
	const { results } = await demand(api, dealBatchShape, {
		method: 'POST',
		path: paths.dealBatch,
		...(archived && { query: { archived: 'true' } }),
		json: { inputs: ids.map((id) => ({ id })), ...wanted },
		account,
		what: 'a batch of deals',
		scope: 'crm.objects.deals.read',
		accept: isWhole,
	});
	return results;
}
