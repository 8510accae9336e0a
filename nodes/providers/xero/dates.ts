import { utcInstantOfMs } from '../../shared/dates';

const XERO_DATE = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;

/**
 * Parses Xero's `/Date(1518685950940+0000)/` to UTC as `…Z`; undefined if the text is not such a date. The milliseconds
 * count from 1970 in UTC, whatever the offset.
 */
export function xeroInstant(text: unknown): string | undefined {
	const ms = typeof text === 'string' ? XERO_DATE.exec(text)?.[1] : undefined;
	return ms === undefined ? undefined : utcInstantOfMs(Number(ms));
}
