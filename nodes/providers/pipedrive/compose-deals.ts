import type { ChangedItem, Composed, StreamContext } from '../../engine/definition';
import { listPage, MOST_IDS, ORGANIZATIONS } from './calls';
import { stageChangesOf, type Refused } from './deal-flow';
import { isDeleted } from './items';
import type { Prepared } from './pipelines';
import type { Listed, ListedDeal } from './replies';

/** An organization as a record shows it; the name is null where it may not be seen. */
interface Organization {
	id: number;
	name: string | null;
}

/** Completes deals to records: each with its changes of stage, the stages and pipelines they name, and its organization. */
export async function composeDeals(
	context: StreamContext,
	items: readonly ChangedItem[],
	prepared: unknown,
): Promise<Composed[]> {
	const deals = items.map(({ item }) => item as ListedDeal);
	const organizations = await organizationsOf(context, deals);
	const histories = await Promise.allSettled(
		deals.map(async (deal) => await historyOf(context, deal, prepared as Prepared)),
	);
	return histories.map((history, index) => {
		if (history.status === 'rejected') throw history.reason;
		return recordOf(deals[index]!, history.value, organizations, prepared as Prepared);
	});
}

/** None of a deal that is gone: all that matters of it is that it is. */
async function historyOf(
	context: StreamContext,
	deal: ListedDeal,
	{ versionOne }: Prepared,
): Promise<unknown[] | Refused> {
	return isDeleted(deal) ? [] : await stageChangesOf(context, deal.id, versionOne);
}

function recordOf(
	deal: ListedDeal,
	history: unknown[] | Refused,
	organizations: ReadonlyMap<number, Organization>,
	{ stages, pipelines }: Prepared,
): Composed {
	const recordId = String(deal.id);
	if ('refused' in history) {
		return {
			recordId,
			skipped: `Pipedrive did not give its history (${history.refused}); it is hidden, merged or gone.`,
		};
	}
	const named = namedStages(deal, history, stages);
	const pipelineIds = new Set(named.map((stage) => (stage as { pipeline_id?: unknown }).pipeline_id));
	const record = {
		deal,
		stageChanges: history,
		stages: named,
		pipelines: [...pipelines.values()].filter(({ id }) => pipelineIds.has(id)),
		organization: organizations.get(Number(deal.org_id)) ?? null,
	};
	return { recordId, record };
}

/** Of all stages those that the deal stands in or came through; one that was removed is missing. */
function namedStages(
	deal: ListedDeal,
	history: readonly unknown[],
	stages: ReadonlyMap<number, Listed>,
): Listed[] {
	const values = history.flatMap((entry) => {
		const { data } = entry as { data: { old_value?: unknown; new_value?: unknown } };
		return [data.old_value, data.new_value];
	});
	const ids = new Set([deal.stage_id, ...values].map(Number));
	return [...ids].map((id) => stages.get(id)).filter((stage) => stage !== undefined);
}

async function organizationsOf(
	context: StreamContext,
	deals: readonly ListedDeal[],
): Promise<Map<number, Organization>> {
	const ids = [...new Set(deals.map(({ org_id: id }) => id))].filter((id) => typeof id === 'number');
	const found = new Map(ids.map((id): [number, Organization] => [id, { id, name: null }]));
	if (ids.length === 0) return found;
	const query = { ids: ids.join(), limit: String(MOST_IDS) };
	const page = await listPage<Listed & { name?: unknown }>(context, ORGANIZATIONS, query, isOutOfScope);
	if (page === undefined) context.warn(NO_NAMES);
	for (const { id, name } of page?.data ?? [])
		found.set(id, { id, name: typeof name === 'string' ? name : null });
	return found;
}

const isOutOfScope = ({ status, body }: { status: number; body: string }): boolean =>
	status === 403 && /scope and url mismatch/i.test(body);

const NO_NAMES =
	'Pipedrive did not give the names of organizations: the app lacks the scope contacts:read. Only Client Per: Company needs them; ' +
	'tick it in the Developer Hub under OAuth & access scopes, and connect the tenant again.';
