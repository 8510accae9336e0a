import type { LoadRejection } from '../../db/load/input';
import { dataTables } from '../../db/schema/tables';
import type { NamedRun } from '../../db/runs/take';
import { getNormaliser } from '../providers/registry';
import { excerpt } from '../shared/text';

/**
 * Rejects a stream or an account that the run does not have; returns undefined for a valid one. Accounts are not checked
 * while none of the connection's are known.
 */
export function findOriginFault(
	run: NamedRun,
	stream: unknown,
	accountId: unknown,
): LoadRejection | undefined {
	const { provider, integrationId, accountIds } = run;
	if (!hasStream(run, stream)) {
		const message = `The stream "${shown(stream)}" is not one of ${excerpt(provider)}'s. ${LEAVE_UNCHANGED}`;
		return { code: 'unknown_stream', path: 'stream', message };
	}
	const asksFor = integrationId !== null && accountIds.length > 0;
	if (!asksFor || accountIds.includes(accountId as string)) return undefined;
	const message = `The account "${shown(accountId)}" is not one of the connection's. ${LEAVE_UNCHANGED}`;
	return { code: 'unknown_account', path: 'accountId', message };
}

const shown = (value: unknown): string => (typeof value === 'string' ? excerpt(value) : typeof value);

/** Runs of plain items have their tables as streams. */
function hasStream({ provider, integrationId }: NamedRun, stream: unknown): boolean {
	if (typeof stream !== 'string') return false;
	return getNormaliser(provider, stream) !== undefined || (integrationId === null && dataTables.has(stream));
}

const LEAVE_UNCHANGED = 'Nodes between the Zixly nodes must not change the messages.';
