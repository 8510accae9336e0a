import type { LoadClient, LoadDeletion, LoadRow } from '../../db/load/chunk';
import { canonicalInstant } from '../../db/instants';

/** Names what a deletion is about: a lead of an account, or the row of a metric's key. */
export function goneBy({ provider, accountId, table, ...about }: LoadDeletion): string {
	if (table === 'lead_events') return leadKey(provider, accountId, about.leadId);
	// Of all rows of a metric: whichever day a row that comes later is of.
	const date = about.keptDate === undefined ? about.recordDate : EVERY_DATE;
	return metricKey(provider, about.client, about.metricName, date);
}

const EVERY_DATE = '*';

/** Whether a row is about something that is among `gone`, named by `goneBy`. */
export function isAbout({ provider, accountId, table, client, row }: LoadRow, gone: Set<string>): boolean {
	if (table === 'lead_events') return gone.has(leadKey(provider, accountId, row?.leadId));
	if (table !== 'custom_metrics') return false;
	return [row?.recordDate, EVERY_DATE].some((date) =>
		gone.has(metricKey(provider, client, row?.metricName, date)),
	);
}

const leadKey = (provider: string, accountId: string, leadId: unknown): string =>
	JSON.stringify([provider, accountId, leadId]);

function metricKey(
	provider: string,
	client: LoadClient | undefined,
	metricName: unknown,
	recordDate: unknown,
): string {
	const instant = typeof recordDate === 'string' ? (canonicalInstant(recordDate) ?? recordDate) : recordDate;
	return JSON.stringify([provider, client?.externalId, metricName, instant, '']);
}
