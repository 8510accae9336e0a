import type { ChangedItem, StreamContext } from '../../engine/contract/stream';
import { getStartOfDay } from '../../shared/local-days';
import type { ListedDeal } from './replies';
import { toMilliseconds } from './times';
import { asText } from '../../shared/text';

/** An item for a listed deal. Archiving may leave the modified time unchanged, so it is part of the version. */
export function toItem(deal: ListedDeal): ChangedItem {
	const time = (asText(deal.update_time) || undefined) ?? (asText(deal.add_time) || undefined);
	const version = time && deal.is_archived === true ? `${time} archived` : time;
	return { id: String(deal.id), version: version ?? null, item: deal };
}

/** Whether a deal is deleted. It may still have its former status. */
export function isDeleted({ status, is_deleted: deleted }: ListedDeal): boolean {
	return deleted === true || status === 'deleted';
}

/** Whether a deal was closed after the history start. Open deals always count. */
export function isWithinHistory({ close_time: closed }: ListedDeal, context: StreamContext): boolean {
	const { historyStart, account } = context;
	const ended = toMilliseconds(closed);
	if (historyStart === undefined || ended === undefined) return true;
	return ended >= getStartOfDay(historyStart, account.timezone);
}
