import type { LoadClient, LoadDeletion, LoadOrigin, LoadRow } from '../../db/load/input';
import { canonicalInstant } from '../../db/postgres/rows';
import type { StorableMessage } from './parse-message';

/**
 * Keeps the order of messages that one chunk would change: it stores its rows, then its deletions, then its rejected
 * records.
 */
export class ChunkOrder {
	private readonly rejected = new Set<string>();
	private readonly deleted = new Set<string>();

	/** Admits a message to the chunk unless it must come later. */
	admit({ type, value }: StorableMessage): boolean {
		switch (type) {
			case 'ROW':
				return !this.resolvesRejected(value) && !this.restoresDeleted(value);
			case 'DELETED':
				if (this.resolvesRejected(value)) return false;
				this.deleted.add(buildDeletionKey(value));
				return true;
			case 'REJECTED':
				this.rejected.add(buildRecordKey(value));
				return true;
			case 'STATE':
				return true;
		}
	}

	/** A valid copy of a rejected record resolves the rejection, which must be stored first. */
	private resolvesRejected(change: LoadRow | LoadDeletion): boolean {
		return this.rejected.size > 0 && this.rejected.has(buildRecordKey(change));
	}

	/** A row that restores what a deletion removes must be stored after it. */
	private restoresDeleted({ accountId, table, client, row }: LoadRow): boolean {
		if (this.deleted.size === 0) return false;
		if (table === 'lead_events') return this.deleted.has(leadKey(accountId, row?.leadId));
		if (table !== 'custom_metrics') return false;
		return [row?.recordDate, EVERY_DATE].some((date) =>
			this.deleted.has(metricKey(client, row?.metricName, date)),
		);
	}
}

const EVERY_DATE = '*';

/** Builds the key of what a deletion removes: a lead of an account, or the row with a metric's key. */
function buildDeletionKey({ accountId, table, ...about }: LoadDeletion): string {
	if (table === 'lead_events') return leadKey(accountId, about.leadId);
	// Removes a metric's rows of all days, so a later row of any day matches.
	const date = about.keptDate === undefined ? about.recordDate : EVERY_DATE;
	return metricKey(about.client, about.metricName, date);
}

const leadKey = (accountId: string, leadId: unknown): string => JSON.stringify([accountId, leadId]);

function metricKey(client: LoadClient | undefined, metricName: unknown, recordDate: unknown): string {
	const instant = typeof recordDate === 'string' ? (canonicalInstant(recordDate) ?? recordDate) : recordDate;
	return JSON.stringify([client?.externalId, metricName, instant, '']);
}

const buildRecordKey = ({ stream, accountId, recordId }: LoadOrigin & { recordId: string }): string =>
	JSON.stringify([stream, accountId, recordId]);
