import type { LoadRejection } from '../../db/load/input';
import { dataTables } from '../../db/schema/tables';
import type { NamedRun } from '../../db/runs/take';
import { getNormaliser } from '../providers/registry';
import { isStorableJson, jsonText } from '../../db/load/column-values';
import { isStorable } from '../../db/postgres/storable-text';
import { excerpt } from '../shared/text';
import type { StateInput } from './parse-message';

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

/** In bytes, as PostgreSQL prints it: the limit of `etl.stream_states`. */
const MAX_STATE = 1_024;

/** Rejects a state that the database would not accept: the rows before it would fail with it. */
export function findStateFault({ state, accountId }: StateInput): LoadRejection | undefined {
	if (state === null) return undefined;
	if (isStorable(accountId) && canBeStored(state)) return undefined;
	const message = `The state cannot be stored: it is larger than 1 KB, or holds what PostgreSQL cannot store. The rows are stored, and the next run reads the stream from the last state again. ${LEAVE_UNCHANGED}`;
	return { code: 'invalid_state', path: 'state', message };
}

/** Counts at least what PostgreSQL does: it adds blanks between values, and writes every digit of a number. */
function canBeStored(state: object): boolean {
	const text = jsonText(state);
	// A small text first: what follows costs time and stack by the size and depth of the state.
	if (text === undefined || text.length > MAX_STATE || !isStorableJson(text)) return false;
	const blanks = text.match(/[:,]/g)?.length ?? 0;
	return Buffer.byteLength(text) + blanks <= MAX_STATE && !hasExponent(state);
}

const hasExponent = (value: unknown): boolean =>
	typeof value === 'number'
		? String(value).includes('e')
		: typeof value === 'object' && value !== null && Object.values(value).some(hasExponent);

const shown = (value: unknown): string => (typeof value === 'string' ? excerpt(value) : typeof value);

/** Runs of plain items have their tables as streams. */
function hasStream({ provider, integrationId }: NamedRun, stream: unknown): boolean {
	if (typeof stream !== 'string') return false;
	return getNormaliser(provider, stream) !== undefined || (integrationId === null && dataTables.has(stream));
}

const LEAVE_UNCHANGED = 'Nodes between the Zixly nodes must not change the messages.';
