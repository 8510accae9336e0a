import type { ChangedItem, HydratedRecord, StreamContext } from '../../engine/contract/stream';
import { asFailure, ReadFailure } from '../../engine/contract/failure';
import { oneDeal } from './one-deal';
import { readStageChanges, type Refused } from './deal-flow';
import { isDeleted, toItem } from './deal-items';
import { readOrganizations, type Organization } from './organizations';
import { readStages, type NamedStages, type Stages } from './pipelines';
import type { ListedDeal } from './replies';

/** Shared by all records of a read. */
interface DealContext {
	stages: Stages;
	/** Base path of version 1: company hosts serve it under /api, the common host may not. */
	versionOne: { path: string };
}

export async function loadDealContext(context: StreamContext): Promise<DealContext> {
	return { stages: await readStages(context), versionOne: { path: '/api/v1' } };
}

/** Builds records: each deal with its stage changes, the stages and pipelines named in them, and its organization. */
export async function hydrateDeals(
	context: StreamContext,
	items: readonly ChangedItem[],
	prepared: unknown,
): Promise<HydratedRecord[]> {
	const { stages, versionOne } = prepared as DealContext;
	const deals = items.map(({ item }) => item as ListedDeal);
	const organizations = await readOrganizations(context, deals);
	const histories = await readHistories(context, deals, versionOne);
	const spokenOf = deals.map((deal, index) => listStageIds(deal, histories[index]!));
	await stages.lookUp(context, [...new Set(spokenOf.flat())]);
	return deals.map((deal, index) =>
		buildRecord(deal, histories[index]!, stages.named(spokenOf[index]!), organizations),
	);
}

/** Finds a deal that could not be read earlier, for `hydrateDeals`. */
export async function findDeal(context: StreamContext, id: string): Promise<ChangedItem | undefined> {
	const deal = await oneDeal(context, id);
	if (deal === 'gone') return undefined;
	if (deal === 'hidden') throw hiddenFailure(context, id);
	return toItem(deal);
}

function hiddenFailure({ account }: StreamContext, id: string): ReadFailure {
	const what = `the deal ${id}`;
	const call = {
		provider: 'Pipedrive',
		account: account.name,
		description: what,
		status: 403,
		detail: '',
		ofEveryCall: false,
	};
	return new ReadFailure(
		'not_permitted',
		`The person who connected ${account.name} may not see ${what}.`,
		'Give that user permission in Pipedrive.',
		undefined,
		call,
	);
}

/** Reads the stage changes of each deal. A deleted deal needs none. */
async function readHistories(
	context: StreamContext,
	deals: readonly ListedDeal[],
	versionOne: DealContext['versionOne'],
): Promise<History[]> {
	const readHistory = async (deal: ListedDeal): Promise<History> =>
		isDeleted(deal) ? [] : await readStageChanges(context, deal.id, versionOne);
	const histories = await Promise.allSettled(deals.map(readHistory));
	return histories.map((history) => {
		if (history.status === 'fulfilled') return history.value;
		const failure = asFailure(history.reason);
		if (failure.mayBeOfOneRecord) return { failure };
		throw history.reason;
	});
}

/** A deal's stage changes, or why they cannot be read. */
type History = unknown[] | Refused | { failure: ReadFailure };

/** Ids of a deal's current and past stages. */
function listStageIds(deal: ListedDeal, history: History): string[] {
	const changes = Array.isArray(history) ? history : [];
	const values = changes.flatMap((entry) => {
		const { data } = entry as { data: { old_value?: unknown; new_value?: unknown } };
		return [data.old_value, data.new_value];
	});
	return [...new Set([deal.stage_id, ...values].map(String))].filter((id) => /^\d+$/.test(id));
}

function buildRecord(
	deal: ListedDeal,
	history: History,
	named: NamedStages,
	organizations: ReadonlyMap<number, Organization>,
): HydratedRecord {
	const recordId = String(deal.id);
	if ('failure' in history) return { recordId, failure: history.failure };
	if ('refused' in history) return { recordId, skipped: `Pipedrive no longer has it (${history.refused}).` };
	const organization = organizations.get(Number(deal.org_id)) ?? null;
	return { recordId, record: { deal, stageChanges: history, ...named, organization } };
}
