import type { ChangedItem, HydratedRecord, StreamContext } from '../../engine/contract/stream';
import { ReadFailure } from '../../engine/contract/failure';
import { readBatch, readDeals } from './batch-read';
import { Companies, type Company } from './companies';
import { parseMergedIds } from './merged-deals';
import type { DealNotice } from './deal-items';
import { readStages, type StageOfPipeline, type Stages } from './pipelines';
import { DEAL_PROPERTIES, HISTORY_PROPERTIES } from './properties';
import type { ReadDeal } from './replies';
import { parseOptionalText } from './values';

/** HubSpot's maximum for a batch with history. */
export const DEALS_AT_ONCE = 50;

/** Shared by all records of a read. */
interface DealContext {
	stages: Stages;
	companies: Companies;
}

export async function loadDealContext(context: StreamContext): Promise<DealContext> {
	return { stages: await readStages(context), companies: new Companies() };
}

/** Builds the records of a batch: each deal with its history, the stages named in it, and its company. */
export async function hydrateDeals(
	context: StreamContext,
	items: readonly ChangedItem[],
	prepared: unknown,
): Promise<HydratedRecord[]> {
	const { stages, companies } = prepared as DealContext;
	const gone = items.flatMap(({ id, item }) => deletedRecord(id, (item as DealNotice).deletedAt));
	const ids = items.filter(({ item }) => (item as DealNotice).deletedAt === null).map(({ id }) => id);
	if (ids.length === 0) return gone;
	const wanted = { properties: DEAL_PROPERTIES, propertiesWithHistory: HISTORY_PROPERTIES };
	const { deals: read, notFound } = await readBatch(context, ids, wanted);
	const deals = uniqueById(read);
	const companyOf = await companies.of(context, deals);
	const named = await stages.named(context, [...new Set(deals.flatMap(listStageIds))]);
	const records = deals.map((deal) => dealRecord(context, deal, named, companyOf.get(deal.id)));
	return [...records, ...(await isNotFound(context, ids, deals, notFound)), ...gone];
}

/** @param company undefined if HubSpot left the deal out of its reply */
function dealRecord(
	context: StreamContext,
	deal: ReadDeal,
	stages: ReadonlyMap<string, StageOfPipeline>,
	company: Company | null | undefined,
): HydratedRecord {
	if (company === undefined) {
		return { recordId: deal.id, failure: leftOut(context, `the company of the deal ${deal.id}`) };
	}
	const named = listStageIds(deal).flatMap((id) => stages.get(id) ?? []);
	return { recordId: deal.id, record: { deal, stages: named, company } };
}

function deletedRecord(id: string, at: string | null): HydratedRecord[] {
	return at === null ? [] : [{ recordId: id, record: { deal: { id }, deleted: { at } } }];
}

/** Ids of the deal's current and past stages. */
function listStageIds({ properties, propertiesWithHistory }: ReadDeal): string[] {
	const { dealstage } = (propertiesWithHistory ?? {}) as { dealstage?: Array<{ value?: unknown }> };
	const values = [properties.dealstage, ...(dealstage ?? []).map(({ value }) => value)];
	return [...new Set(values.map(parseOptionalText).filter((id) => id !== null))];
}

/** Merged deals come back as the same deal. */
function uniqueById(deals: readonly ReadDeal[]): ReadDeal[] {
	return [...new Map(deals.map((deal) => [deal.id, deal])).values()];
}

/** Explains the requested deals that did not come back: merged, deleted, or no longer in the recycle bin either. */
async function isNotFound(
	context: StreamContext,
	ids: readonly string[],
	deals: readonly ReadDeal[],
	notFound: ReadonlySet<string>,
): Promise<HydratedRecord[]> {
	const came = new Set(deals.map(({ id }) => id));
	const mergedInto = new Map(
		deals.flatMap(({ id, properties }) =>
			parseMergedIds(properties.hs_merged_object_ids).map((old): [string, string] => [old, id]),
		),
	);
	const missing = ids.filter((id) => !came.has(id));
	const lost = missing.filter((id) => !mergedInto.has(id));
	const deleted = lost.length === 0 ? [] : await readDeals(context, lost, { properties: [], archived: true });
	const deletedAt = new Map(deleted.map(({ id, archivedAt, updatedAt }) => [id, archivedAt ?? updatedAt]));
	return missing.flatMap((id): HydratedRecord[] => {
		const at = deletedAt.get(id);
		if (at) return deletedRecord(id, at);
		const into = mergedInto.get(id);
		if (into) return [{ recordId: id, skipped: `it was merged into ${into}` }];
		return [
			notFound.has(id)
				? { recordId: id, skipped: GONE }
				: { recordId: id, failure: leftOut(context, `the deal ${id}`) },
		];
	});
}

/** HubSpot lists what a batch lacks among its errors. This deal was in neither the results nor the errors. */
function leftOut({ account }: StreamContext, description: string): ReadFailure {
	const call = { provider: 'HubSpot', account: account.name, description, status: 200, detail: '' };
	const summary = `HubSpot left ${description} of ${account.name} out of its reply.`;
	const hint = 'The next run tries again.';
	return new ReadFailure('provider_unavailable', summary, hint, undefined, { ...call, ofEveryCall: false });
}

/** Only names the deal: `hydrateDeals` finds out whether it still exists. */
export async function findDeal(_: StreamContext, id: string): Promise<ChangedItem> {
	const notice: DealNotice = { deletedAt: null };
	return await Promise.resolve({ id, version: null, item: notice });
}

const GONE = 'HubSpot no longer has it: it was merged into another deal, or deleted for good';
