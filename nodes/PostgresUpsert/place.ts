import type { LoadRejection } from '../../db/load/input';
import { dataTables } from '../../db/schema/tables';
import type { NamedRun } from '../../db/runs/take';
import { getNormaliser } from '../providers/normalisers';
import { excerpt } from '../shared/text';

/**
 * Says where a message is about a stream or an account that its run does not have; undefined where all is well.
 * A connection of which no account is known yet is not asked for them.
 */
export function strangePlace(run: NamedRun, stream: unknown, accountId: unknown): LoadRejection | undefined {
	const { provider, integrationId, accountIds } = run;
	if (!hasStream(run, stream)) {
		const message = `The stream "${shown(stream)}" is none of ${excerpt(provider)}'s. ${LEAVE_AS_IT_CAME}`;
		return { code: 'unknown_stream', path: 'stream', message };
	}
	const asksFor = integrationId !== null && accountIds.length > 0;
	if (!asksFor || accountIds.includes(accountId as string)) return undefined;
	const message = `The account "${shown(accountId)}" is none of the connection's. ${LEAVE_AS_IT_CAME}`;
	return { code: 'unknown_account', path: 'accountId', message };
}

const shown = (value: unknown): string => (typeof value === 'string' ? excerpt(value) : typeof value);

/** What the user's own items became is known by its table. */
function hasStream({ provider, integrationId }: NamedRun, stream: unknown): boolean {
	if (typeof stream !== 'string') return false;
	return getNormaliser(provider, stream) !== undefined || (integrationId === null && dataTables.has(stream));
}

const LEAVE_AS_IT_CAME = 'Let the nodes between the Zixly nodes leave the messages as they came.';
