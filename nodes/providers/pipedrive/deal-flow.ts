import { ReadFailure } from '../../engine/contract/failure';
import type { StreamContext } from '../../engine/contract/stream';
import type { ApiRequest } from '../../engine/contract/api';
import { isGone } from './one-deal';
import { parseFlow, isFlow } from './replies';

/** The status of the error response, if the deal has no history. */
export interface Refused {
	refused: number;
}

/** Enough for half a million changes. */
const MAX_PAGES = 1_000;

/**
 * Reads a deal's stage changes from its flow.
 * @param versionOne base path of version 1; corrected if the host serves it under another path
 */
export async function readStageChanges(
	context: StreamContext,
	dealId: number,
	versionOne: { path: string },
): Promise<unknown[] | Refused> {
	const first = await readFlow(context, dealId, versionOne.path);
	if (!('refused' in first) || first.refused !== 404 || versionOne.path === '/v1') return first;
	// Either the deal is deleted, or this host serves the call under another path.
	const elsewhere = await readFlow(context, dealId, '/v1');
	if (!('refused' in elsewhere)) versionOne.path = '/v1';
	return elsewhere;
}

async function readFlow(context: StreamContext, dealId: number, path: string): Promise<unknown[] | Refused> {
	const changes: unknown[] = [];
	const refusal: Refused = { refused: 0 };
	let start = 0;
	for (let pages = 0; pages < MAX_PAGES; pages++) {
		const reply = await flowPage(context, path, dealId, start, noting(refusal));
		if (reply === undefined) return refusal;
		const { entries, nextStart } = parseFlow(reply);
		changes.push(...entries.filter(isStageChange));
		if (nextStart === undefined) return changes;
		if (!(nextStart > start)) break;
		start = nextStart;
	}
	throw new ReadFailure(
		'provider_unavailable',
		`Pipedrive's pagination repeats a page of the history of deal ${dealId} of ${context.account.name}.`,
		'The next run tries again; report it with this text if it persists.',
	);
}

/** Reads a page of a deal's changes; undefined if `isNotFound` accepts the error response. */
async function flowPage(
	{ api, account }: StreamContext,
	version: string,
	dealId: number,
	start: number,
	isNotFound: ApiRequest['isNotFound'],
): Promise<unknown> {
	return await api.call({
		path: `${version}/deals/${dealId}/flow`,
		query: { items: 'dealChange', start: String(start), limit: '500' },
		account,
		description: `the history of deal ${dealId}`,
		scope: 'recents:read',
		cost: 40,
		isValid: isFlow,
		isNotFound,
	});
}

function noting(refusal: Refused): NonNullable<ApiRequest['isNotFound']> {
	return (reply) => {
		refusal.refused = reply.status;
		return isGone(reply);
	};
}

/** Moving a deal to another pipeline also logs a stage change, in the same second. */
function isStageChange(entry: unknown): boolean {
	const { object, data } = (entry ?? {}) as { object?: unknown; data?: { field_key?: unknown } | null };
	return object === 'dealChange' && data?.field_key === 'stage_id';
}
