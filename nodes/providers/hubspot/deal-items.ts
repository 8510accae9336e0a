import type { ChangedItem } from '../../engine/contract/stream';
import type { DealSummary, ReadDeal } from './replies';
import { parseOptionalInstant, parseOptionalText } from './values';

/** What a scan reports about a deal besides its id: whether it is deleted. */
export interface DealNotice {
	/** An ISO 8601 instant in UTC; null if the deal is not deleted. */
	deletedAt: string | null;
}

/** An item for a deal that must be read. */
export function changedDeal({ id, properties, updatedAt }: DealSummary | ReadDeal): ChangedItem {
	const notice: DealNotice = { deletedAt: null };
	return { id, version: parseOptionalText(properties?.hs_lastmodifieddate) ?? updatedAt, item: notice };
}

/** An item for a deal in the recycle bin. @param now used if HubSpot does not state when it was deleted */
export function deletedDeal({ id, archivedAt, updatedAt }: DealSummary, now: Date): ChangedItem {
	const notice: DealNotice = { deletedAt: archivedAt ?? updatedAt ?? now.toISOString() };
	return { id, version: `deleted ${archivedAt ?? ''}`, item: notice };
}

/** When a deal was last changed, in milliseconds since 1970; undefined if that cannot be read. */
export function modifiedMs({ properties, updatedAt }: DealSummary): number | undefined {
	return toMilliseconds(properties?.hs_lastmodifieddate) ?? toMilliseconds(updatedAt);
}

/** Parses HubSpot's instant to milliseconds since 1970; undefined if it is missing or unreadable. */
export function toMilliseconds(value: string | null | undefined): number | undefined {
	try {
		const instant = parseOptionalInstant(value, '');
		return instant === null ? undefined : Date.parse(instant);
	} catch {
		return undefined;
	}
}
