import type { RejectedRecord } from '../../../db/runs/rejected-records';
import { getProviderName, getStreamName } from '../../providers/registry';
import { capitalize, formatInstant } from '../words';

/** A rejected record, flat and in words; with its payload if it was asked for. */
export function simplifyRejected(record: RejectedRecord): object {
	return {
		tenant: record.tenantName,
		provider: getProviderName(record.provider),
		stream: getStreamName(record.provider, record.stream),
		record: record.recordId,
		reason: record.reasonMessage,
		reasonCode: record.reasonCode,
		stage: capitalize(record.stage),
		rejected: formatInstant(record.lastSeenAt),
		...('payload' in record && { payload: record.payload }),
		id: record.id,
	};
}
