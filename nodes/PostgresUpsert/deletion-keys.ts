import type { LoadClient, LoadDeletion, LoadRow } from '../../db/load/input';
import { canonicalInstant } from '../../db/postgres/rows';

/** Builds the key of what a deletion removes: a lead of an account, or the row with a metric's key. */
export function buildDeletionKey({ accountId, table, ...about }: LoadDeletion): string {
	if (table === 'lead_events') return leadKey(accountId, about.leadId);
	// Removes a metric's rows of all days, so a later row of any day matches.
	const date = about.keptDate === undefined ? about.recordDate : EVERY_DATE;
	return metricKey(about.client, about.metricName, date);
}

const EVERY_DATE = '*';

/** Whether a row belongs to something that is deleted. @param deletedKeys built by `buildDeletionKey` */
export function isDeleted(
	{ accountId, table, client, row }: LoadRow,
	deletedKeys: ReadonlySet<string>,
): boolean {
	if (table === 'lead_events') return deletedKeys.has(leadKey(accountId, row?.leadId));
	if (table !== 'custom_metrics') return false;
	return [row?.recordDate, EVERY_DATE].some((date) =>
		deletedKeys.has(metricKey(client, row?.metricName, date)),
	);
}

const leadKey = (accountId: string, leadId: unknown): string => JSON.stringify([accountId, leadId]);

function metricKey(client: LoadClient | undefined, metricName: unknown, recordDate: unknown): string {
	const instant = typeof recordDate === 'string' ? (canonicalInstant(recordDate) ?? recordDate) : recordDate;
	return JSON.stringify([client?.externalId, metricName, instant, '']);
}
