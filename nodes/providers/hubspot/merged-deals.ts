import { parseInstant } from '../../shared/facts';
import type { Deletion } from '../../shared/messages';
import type { Deal } from './shapes';
import { parseOptionalText } from './values';

/** The ids of the deals that were merged into this one, as HubSpot lists them with semicolons between. */
export function parseMergedIds(value: unknown): string[] {
	return typeof value === 'object' ? [] : (parseOptionalText(value) ?? '').split(/[;,\s]+/).filter((id) => id !== '');
}

/**
 * The deals that are gone since they were merged into this one. A merge is the instant at which the list first named
 * the id: it must not change with each reading.
 * @param otherwise the instant where the list has no history
 */
export function mergedAway(deal: Deal, otherwise: string): Deletion[] {
	const ids = parseMergedIds(deal.properties.hs_merged_object_ids).filter((id) => id !== deal.id);
	return [...new Set(ids)].map((leadId) => ({
		table: 'lead_events',
		leadId,
		deletedAt: findMergeTime(deal, leadId) ?? otherwise,
	}));
}

function findMergeTime(deal: Deal, id: string): string | undefined {
	const versions = deal.propertiesWithHistory?.hs_merged_object_ids ?? [];
	const instants = versions.flatMap(({ value, timestamp }) =>
		parseMergedIds(value).includes(id) ? (parseInstant(timestamp) ?? []) : [],
	);
	return instants.sort()[0];
}
