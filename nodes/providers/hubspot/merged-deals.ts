import { parseInstant } from '../../shared/facts';
import type { Deletion } from '../../shared/messages';
import type { Deal } from './schemas';
import { parseOptionalText } from './values';

/** Parses HubSpot's list of merged ids, which are separated by semicolons. */
export function parseMergedIds(value: unknown): string[] {
	return typeof value === 'object'
		? []
		: (parseOptionalText(value) ?? '').split(/[;,\s]+/).filter((id) => id !== '');
}

/**
 * Builds deletions of the deals that were merged into this one. The time of a merge is when the list first contained the
 * id, so that it is the same in every run.
 * @param otherwise the instant to use if the list has no history
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
