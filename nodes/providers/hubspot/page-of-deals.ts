import type { ChangedItem } from '../../engine/definition';
import type { Glance, ReadDeal } from './replies';
import { instantIn, textIn } from './values';

/** What a pass says of a deal: nothing but its id, or that it is gone. */
export interface DealNotice {
	/** An ISO 8601 instant in UTC; null where the deal is there. */
	deletedAt: string | null;
}

/** A deal that is to be read. */
export function changedDeal({ id, properties, updatedAt }: Glance | ReadDeal): ChangedItem {
	const notice: DealNotice = { deletedAt: null };
	return { id, version: textIn(properties?.hs_lastmodifieddate) ?? updatedAt, item: notice };
}

/** A deal in the recycle bin. @param now where HubSpot does not say since when */
export function deletedDeal({ id, archivedAt, updatedAt }: Glance, now: Date): ChangedItem {
	const notice: DealNotice = { deletedAt: archivedAt ?? updatedAt ?? now.toISOString() };
	return { id, version: `deleted ${archivedAt ?? ''}`, item: notice };
}

/** When a deal was last changed, in milliseconds since 1970; undefined where it cannot be read. */
export function modifiedMs({ properties, updatedAt }: Glance): number | undefined {
	return msOf(properties?.hs_lastmodifieddate) ?? msOf(updatedAt);
}

/** Milliseconds since 1970 of an instant as HubSpot writes it; undefined where there is none. */
export function msOf(value: string | null | undefined): number | undefined {
	try {
		const instant = instantIn(value, '');
		return instant === null ? undefined : Date.parse(instant);
	} catch {
		return undefined;
	}
}
