import { parseInstant } from '../../shared/facts';
import type { Deletion } from '../../shared/messages';
import type { Deal } from './shapes';
import { textIn } from './values';

/** The ids of the deals that were merged into this one, as HubSpot lists them with semicolons between. */
export function mergedIdsIn(value: unknown): string[] {
	return typeof value === 'object' ? [] : (textIn(value) ?? '').split(/[;,\s]+/).filter((id) => id !== '');
}

/**
 * The deals that are gone since they were merged into this one. A merge is the instant at which the list first named
 * the id: it must not change with each reading.
 * @param otherwise the instant where the list has no history
 */
export function mergedAway(deal: Deal, otherwise: string): Deletion[] {
	const ids = mergedIdsIn(deal.properties.hs_merged_object_ids).filter((id) => id !== deal.id);
	return [...new Set(ids)].map((leadId) => ({
		table: 'lead_events',
		leadId,
		deletedAt: mergedAt(deal, leadId) ?? otherwise,
	}));
}

function mergedAt(deal: Deal, id: string): string | undefined {
	const versions = deal.propertiesWithHistory?.hs_merged_object_ids ?? [];
	const instants = versions.flatMap(({ value, timestamp }) =>
		mergedIdsIn(value).includes(id) ? (parseInstant(timestamp) ?? []) : [],
	);
	return instants.sort()[0];
}
