import { utcInstantOfMs } from '../../shared/dates';

const XERO_DATE = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;

/**
 * The instant of Xero's `/Date(1518685950940+0000)/`, in UTC as `…Z`. The milliseconds count from 1970 in UTC; an
 * offset, where there is one, only says where it was seen. Undefined where the text is no such date.
 */
export function xeroInstant(text: unknown): string | undefined {
	const ms = typeof text === 'string' ? XERO_DATE.exec(text)?.[1] : undefined;
	return ms === undefined ? undefined : utcInstantOfMs(Number(ms));
}
