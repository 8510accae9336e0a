import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Pool } from 'pg';

import { ExplainedError } from '../../../db/postgres/explained-error';
import { listRejected, type RejectedRecord } from '../../../db/runs/rejected-records';
import { openReplay, type ReplayGroup } from '../../../db/runs/replay';
import { askAgainNow } from '../../../db/runs/unreadable-records';
import { getDatabase } from '../../adapter/database';
import { getProviderName } from '../../providers/registry';
import { nodeError } from '../../adapter/errors';
import { buildRunHolder, parseExecutionKey } from '../../adapter/execution';
import { pairItem } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';
import { addHint } from '../../adapter/hints';
import { showTime } from '../sync/show-time';
import { readRejectedFilter } from './filters';
import { replayMessages } from './replay-messages';

/** The records of one connection, with the first item that asked for one of them. */
type AskedGroup = ReplayGroup & {
	item: number;
	tenantName: string;
	/** Records that the provider did not return: only a sync can read them. */
	unreadableIds: readonly string[];
};

/** Opens a run for the chosen records of each connection and outputs them again for Transform and Upsert. */
export async function replayRejected(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const output: INodeExecutionData[] = [];
	const notes: string[] = [];
	for (const group of await groupsAsked(context, pool)) {
		const { tenantId, unreadableIds } = group;
		if (unreadableIds.length > 0) notes.push(asked(group, await askAgainNow(pool, tenantId, unreadableIds)));
		if (group.ids.length === 0) continue;
		const replay = await openReplay(pool, group, buildRunHolder(context));
		if ('nothing' in replay) continue;
		if ('runningSince' in replay) {
			notes.push(skipped(group, replay, context.getInstanceId()));
			continue;
		}
		const { messages, leftOut } = replayMessages(group, replay);
		for (const message of messages) output.push(pairItem(message, group.item));
		for (const [reason, count] of leftOut) notes.push(leftOutNote(group, count, reason));
	}
	if (output.length === 0 && notes.length === 0) notes.push(NOTHING_OPEN);
	for (const message of notes) {
		context.logger.warn(message);
		addHint(context, { message, type: 'warning' });
	}
	return output;
}

/** The open records that the items choose, without duplicates, grouped by tenant and connection. */
async function groupsAsked(context: IExecuteFunctions, pool: Pool): Promise<AskedGroup[]> {
	const groups = new Map<string, AskedGroup & { ids: string[]; unreadableIds: string[] }>();
	const seen = new Set<string>();
	for (let item = 0; item < context.getInputData().length; item++) {
		for (const record of await recordsAsked(context, pool, item)) {
			if (seen.has(record.id)) continue;
			seen.add(record.id);
			const { tenantId, tenantName, integrationId, provider } = record;
			const key = JSON.stringify([tenantId, integrationId, provider]);
			const asked = { tenantId, tenantName, integrationId, provider, item };
			const group = groups.get(key) ?? { ...asked, ids: [], unreadableIds: [] };
			(record.stage === 'extract' ? group.unreadableIds : group.ids).push(record.id);
			groups.set(key, group);
		}
	}
	return [...groups.values()];
}

async function recordsAsked(context: IExecuteFunctions, pool: Pool, item: number): Promise<RejectedRecord[]> {
	try {
		if (context.getNodeParameter('choose', item, 'filters') === 'ids') {
			const ids = readIds(context.getNodeParameter('rejectedRecordIds', item, ''));
			return await listRejected(pool, { ids, resolved: false });
		}
		const filter = readRejectedFilter(context, item);
		return await listRejected(pool, { ...filter, resolved: false, limit: readMaxRows(context, item) });
	} catch (error) {
		throw nodeError(context.getNode(), error, item);
	}
}

/** @throws Error if there are none */
function readIds(value: unknown): string[] {
	const given = Array.isArray(value) ? value : String(value ?? '').split(',');
	const ids = given.map((id) => String(id).trim()).filter(Boolean);
	if (ids.length > 0) return ids;
	throw new ExplainedError(
		'No record is chosen.',
		'Choose some in Rejected Record Names or IDs. The list shows the latest open ones; Rejected Record: Get Many lists all.',
	);
}

const NOTHING_OPEN =
	'Nothing was replayed: none of the chosen records is open. They have been loaded since, or nothing matches the filters.';

function skipped(
	{ tenantName, provider, ids }: AskedGroup,
	{ runningSince, executionId }: { runningSince: string; executionId: string | null },
	instanceId: string,
): string {
	const { id, isOwn } = parseExecutionKey(executionId, instanceId);
	const how = isOwn
		? ` If execution ${id} is no longer running, Sync: Fail Runs of Execution, Execution ID ${id}, ends it.`
		: '';
	return `${tenantName} (${getProviderName(provider)}): ${ids.length} records were not replayed, because this connection has been syncing since ${showTime(runningSince)}. Replay them when that run has ended.${how}`;
}

const asked = ({ tenantName, provider }: AskedGroup, count: number): string =>
	`${tenantName} (${getProviderName(provider)}): the next sync asks the provider again for ${count} records that it did not return before.`;

const leftOutNote = ({ tenantName, provider }: AskedGroup, count: number, reason: string): string =>
	`${tenantName} (${getProviderName(provider)}): ${count} records were left out, because ${reason}. They stay listed; a later sync may read them again.`;
