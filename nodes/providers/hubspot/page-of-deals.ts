import type { ChangedItem } from '../../engine/contract/stream';
import type { DealSummary, ReadDeal } from './replies';
import { parseOptionalInstant, parseOptionalText } from './values';

/** What a pass says of a deal: nothing but its id, or that it is gone. */
export interface DealNotice {
	/** An ISO 8601 instant in UTC; null where the deal is there. */
	deletedAt: string | null;
}

/** A deal that is to be read. */
export function changedDeal({ id, properties, updatedAt }: DealSummary | ReadDeal): ChangedItem {
	const notice: DealNotice = { deletedAt: null };
	return { id, version: parseOptionalText(properties?.hs_lastmodifieddate) ?? updatedAt, item: notice };
}

/** A deal in the recycle bin. @param now where HubSpot does not say since when */
export function deletedDeal({ id, archivedAt, updatedAt }: DealSummary, now: Date): ChangedItem {
	const notice: DealNotice = { deletedAt: archivedAt ?? updatedAt ?? now.toISOString() };
	return { id, version: `deleted ${archivedAt ?? ''}`, item: notice };
}

/** When a deal was last changed, in milliseconds since 1970; undefined where it cannot be read. */
export function modifiedMs({ properties, updatedAt }: DealSummary): number | undefined {
	return toMilliseconds(properties?.hs_lastmodifieddate) ?? toMilliseconds(updatedAt);
}

/** Milliseconds since 1970 of an instant as HubSpot writes it; undefined where there is none. */
export function toMilliseconds(value: string | null | undefined): number | undefined {
	try {
		const instant = parseOptionalInstant(value, '');
		return instant === null ? undefined : Date.parse(instant);
	} catch {
		return undefined;
	}
}
