import type { ChangedItem, Composed, StreamContext } from '../../engine/definition';
import { stageChangesOf, type Refused } from './deal-flow';
import { isDeleted } from './items';
import { organizationsOf, type Organization } from './organizations';
import { readStages, type NamedStages, type Stages } from './pipelines';
import type { ListedDeal } from './replies';

/** What is read once for all deals of a reading. */
interface Prepared {
	stages: Stages;
	/** Where version 1 answers: company hosts know it under /api, the common host may not. */
	versionOne: { path: string };
}

export async function prepareDeals(context: StreamContext): Promise<Prepared> {
	return { stages: await readStages(context), versionOne: { path: '/api/v1' } };
}

/** Completes deals to records: each with its changes of stage, the stages and pipelines they name, and its organization. */
export async function composeDeals(
	context: StreamContext,
	items: readonly ChangedItem[],
	prepared: unknown,
): Promise<Composed[]> {
	const { stages, versionOne } = prepared as Prepared;
	const deals = items.map(({ item }) => item as ListedDeal);
	const organizations = await organizationsOf(context, deals);
	const histories = await historiesOf(context, deals, versionOne);
	const spokenOf = deals.map((deal, index) => stageIdsOf(deal, histories[index]!));
	await stages.lookUp(context, [...new Set(spokenOf.flat())]);
	return deals.map((deal, index) =>
		recordOf(deal, histories[index]!, stages.named(spokenOf[index]!), organizations),
	);
}

/** The changes of stage of each; none of a deal that is gone, of which it matters only that it is. */
async function historiesOf(
	context: StreamContext,
	deals: readonly ListedDeal[],
	versionOne: Prepared['versionOne'],
): Promise<Array<unknown[] | Refused>> {
	const read = async (deal: ListedDeal): Promise<unknown[] | Refused> =>
		isDeleted(deal) ? [] : await stageChangesOf(context, deal.id, versionOne);
	const histories = await Promise.allSettled(deals.map(read));
	return histories.map((history) => {
		if (history.status === 'rejected') throw history.reason;
		return history.value;
	});
}

/** The stages that a deal stands in or came through. */
function stageIdsOf(deal: ListedDeal, history: unknown[] | Refused): string[] {
	const changes = 'refused' in history ? [] : history;
	const values = changes.flatMap((entry) => {
		const { data } = entry as { data: { old_value?: unknown; new_value?: unknown } };
		return [data.old_value, data.new_value];
	});
	return [...new Set([deal.stage_id, ...values].map(String))].filter((id) => /^\d+$/.test(id));
}

function recordOf(
	deal: ListedDeal,
	history: unknown[] | Refused,
	named: NamedStages,
	organizations: ReadonlyMap<number, Organization>,
): Composed {
	const recordId = String(deal.id);
	if ('refused' in history) {
		return {
			recordId,
			skipped: `Pipedrive did not give its history (${history.refused}); it is hidden, merged or gone.`,
		};
	}
	const organization = organizations.get(Number(deal.org_id)) ?? null;
	return { recordId, record: { deal, stageChanges: history, ...named, organization } };
}
