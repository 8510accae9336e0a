import type { LoadClient, LoadDeletion, LoadRow } from '../../db/load/input';
import { canonicalInstant } from '../../db/postgres/rows';

/** Names what a deletion is about: a lead of an account, or the row of a metric's key. */
export function goneBy({ accountId, table, ...about }: LoadDeletion): string {
	if (table === 'lead_events') return leadKey(accountId, about.leadId);
	// Of all rows of a metric: whichever day a row that comes later is of.
	const date = about.keptDate === undefined ? about.recordDate : EVERY_DATE;
	return metricKey(about.client, about.metricName, date);
}

const EVERY_DATE = '*';

/** Whether a row is about something that is among `gone`, named by `goneBy`. */
export function isAbout({ accountId, table, client, row }: LoadRow, gone: Set<string>): boolean {
	if (table === 'lead_events') return gone.has(leadKey(accountId, row?.leadId));
	if (table !== 'custom_metrics') return false;
	return [row?.recordDate, EVERY_DATE].some((date) => gone.has(metricKey(client, row?.metricName, date)));
}

const leadKey = (accountId: string, leadId: unknown): string => JSON.stringify([accountId, leadId]);

function metricKey(client: LoadClient | undefined, metricName: unknown, recordDate: unknown): string {
	const instant = typeof recordDate === 'string' ? (canonicalInstant(recordDate) ?? recordDate) : recordDate;
	return JSON.stringify([client?.externalId, metricName, instant, '']);
}
