import type { ILoadOptionsFunctions, INodeListSearchResult, INodePropertyOptions } from 'n8n-workflow';

import {
	listRejected,
	listRejectedReasons,
	type RejectedFilter,
	type RejectedReason,
	type RejectedRecord,
} from '../../../db/runs/rejected-records';
import { fillList } from '../../adapter/fill-list';
import { readFilter } from '../../adapter/parameters';
import { getProviderName } from '../../providers/registry';
import { capitalize } from '../words';
import { RESOLVED } from './get-many';

/** The reasons of the records that the other filters leave, the most frequent first. */
export async function searchReasons(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	return await fillList(this, filter, NO_REASON, async (pool) => {
		const reasons = await listRejectedReasons(pool, readOtherFilters(this));
		return reasons
			.map((reason) => ({ name: nameReason(reason), value: reason.code, description: reason.message }))
			.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(filter.toLowerCase()));
	});
}

const NO_REASON = 'No rejected record matches the other filters, so there is no reason to choose.';

/** "Rate missing: 13 records" */
const nameReason = ({ code, records }: RejectedReason): string =>
	`${capitalize(code.replaceAll('_', ' '))}: ${records === 1 ? '1 record' : `${records} records`}`;

function readOtherFilters(context: ILoadOptionsFunctions): RejectedFilter {
	const filters = (context.getCurrentNodeParameter('filters') ?? {}) as Record<string, unknown>;
	const show = context.getCurrentNodeParameter('show');
	return {
		tenantId: readFilter(filters.tenantId),
		provider: readFilter(filters.provider),
		stream: readFilter(filters.stream),
		stage: readFilter(filters.stage),
		// Replay has no such field, and takes open records.
		resolved: typeof show === 'string' ? RESOLVED[show] : false,
	};
}

/** The latest open records. */
export async function getOpenRejected(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const { results } = await fillList(this, '', NO_RECORD, async (pool) => {
		const records = await listRejected(pool, { resolved: false, limit: MAX_RECORDS });
		return records.map((record) => ({ name: nameRecord(record), value: record.id }));
	});
	return results as INodePropertyOptions[];
}

const MAX_RECORDS = 100;
const MAX_REASON = 80;

const NO_RECORD = 'No rejected record is open, so there is nothing to replay.';

const nameRecord = ({ tenantName, provider, recordId, reasonMessage }: RejectedRecord): string =>
	`${tenantName} – ${getProviderName(provider)}, ${recordId}: ${reasonMessage.slice(0, MAX_REASON)}`;
