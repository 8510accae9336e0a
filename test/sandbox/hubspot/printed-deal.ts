import type { Portal, Stage } from './catalogue';
import type { Deal } from './deal';

/** What HubSpot prints of a deal: every value a text or null. */
export interface PrintedDeal {
	id: string;
	properties: Record<string, unknown>;
	propertiesWithHistory?: Record<string, unknown>;
	createdAt: string;
	updatedAt: string;
	archived: boolean;
	archivedAt?: string;
}

/** What is asked for; unknown names are passed over in silence. */
export interface Asked {
	properties: readonly string[];
	propertiesWithHistory: readonly string[];
}

export const iso = (ms: number): string => new Date(ms).toISOString();

/** Whole seconds without their zeros, as HubSpot sometimes has it. */
const shortIso = (ms: number): string => iso(ms).replace('.000Z', 'Z');

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

const ALWAYS = ['hs_object_id', 'hs_lastmodifieddate', 'createdate'];

export function printedDeal(deal: Deal, portal: Portal, asked: Asked): PrintedDeal {
	const all = { ...propertiesOf(deal, portal), ...deal.properties };
	const names = [...new Set([...ALWAYS, ...asked.properties])].filter((name) => name in all);
	const history = Object.fromEntries(
		asked.propertiesWithHistory.flatMap((name) => {
			const versions = HISTORIES[name]?.(deal);
			return versions ? [[name, versions]] : [];
		}),
	);
	return {
		id: String(deal.id),
		properties: Object.fromEntries(names.map((name) => [name, all[name]])),
		...(asked.propertiesWithHistory.length > 0 && { propertiesWithHistory: history }),
		createdAt: shortIso(deal.createdAt),
		updatedAt: iso(deal.modifiedAt),
		archived: deal.archivedAt !== null,
		...(deal.archivedAt !== null && { archivedAt: iso(deal.archivedAt) }),
	};
}

function propertiesOf(deal: Deal, portal: Portal): Record<string, unknown> {
	const last = deal.entries.at(-1)!;
	const { stage, pipelineId } = stageOf(portal, last.stageId);
	const many = Object.keys(portal.otherCurrencies).length > 0;
	return {
		dealname: deal.name,
		amount: deal.cents === null ? '' : amountText(deal.cents),
		deal_currency_code: many ? deal.currency : null,
		hs_exchange_rate: deal.currency === null ? null : (portal.otherCurrencies[deal.currency] ?? '1.0'),
		pipeline: pipelineId,
		dealstage: last.stageId,
		closedate: isoOrNull(deal.closeAt),
		createdate: iso(deal.createdAt),
		hs_lastmodifieddate: iso(deal.modifiedAt),
		hs_object_id: String(deal.id),
		hs_is_closed: stage?.isClosed ?? null,
		hs_is_closed_won: stage ? String(stage.isClosed === 'true' && Number(stage.probability) === 1) : null,
		// Younger than the others: older deals answer with nothing.
		hs_is_closed_lost:
			stage && deal.id % 2 === 0
				? String(stage.isClosed === 'true' && Number(stage.probability) === 0)
				: null,
		hs_v2_date_entered_current_stage: iso(last.at),
		notes_last_updated: isoOrNull(deal.activityAt),
		closed_lost_reason: null,
		hs_primary_associated_company:
			deal.companyOnDeal && deal.companyId !== null ? String(deal.companyId) : null,
		...(deal.merged.length > 0 && {
			hs_merged_object_ids: deal.merged.map(({ id }) => id).join(';'),
		}),
	};
}

/** "1500.00", "1500.5" and "1500": all three are seen. */
function amountText(cents: number): string {
	const text = (cents / 100).toFixed(2);
	return cents % 3 === 0 ? text : text.replace(/\.?0+$/, '');
}

const HISTORIES: Record<string, (deal: Deal) => unknown[] | undefined> = {
	// The newest first.
	dealstage: ({ entries }) =>
		entries.toReversed().map(({ stageId, at }) => ({
			value: stageId,
			timestamp: shortIso(at),
			sourceType: 'CRM_UI',
			updatedByUserId: 1,
		})),
	hs_merged_object_ids: ({ merged }) =>
		merged.length === 0
			? undefined
			: merged
					.map(({ at }, index) => ({
						value: merged
							.slice(0, index + 1)
							.map(({ id }) => id)
							.join(';'),
						timestamp: iso(at),
						sourceType: 'MERGE_OBJECTS',
					}))
					.reverse(),
};

/** A stage that was removed is undefined, and its pipeline the portal's first. */
export function stageOf(portal: Portal, id: string): { stage: Stage | undefined; pipelineId: string } {
	for (const pipeline of portal.pipelines) {
		const stage = pipeline.stages.find((one) => one.id === id);
		if (stage) return { stage, pipelineId: pipeline.id };
	}
	return { stage: undefined, pipelineId: portal.pipelines[0]!.id };
}
