import type { ChangedItem, StreamContext } from '../../engine/contract/stream';
import { getStartOfDay } from '../../shared/local-days';
import type { ListedDeal } from './replies';
import { toMilliseconds } from './times';

/** A deal as a page gave it. Archiving it need not change its time, but it does change the deal. */
export function toItem(deal: ListedDeal): ChangedItem {
	const time = toText(deal.update_time) ?? toText(deal.add_time);
	const version = time && deal.is_archived === true ? `${time} archived` : time;
	return { id: String(deal.id), version: version ?? null, item: deal };
}

/** Whether it is gone: the status may still say what it was before. */
export function isDeleted({ status, is_deleted: deleted }: ListedDeal): boolean {
	return deleted === true || status === 'deleted';
}

/** Whether a deal ended late enough to be read; an open one always does. */
export function matters({ close_time: closed }: ListedDeal, context: StreamContext): boolean {
	const { historyStart, account } = context;
	const ended = toMilliseconds(closed);
	if (historyStart === undefined || ended === undefined) return true;
	return ended >= getStartOfDay(historyStart, account.timezone);
}

const toText = (value: unknown): string | undefined =>
	typeof value === 'string' && value !== '' ? value : undefined;
