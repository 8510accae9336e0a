import type { IDataObject } from 'n8n-workflow';

import { rejectChange } from '../../db/load/chunk';
import type { LoadRejected, LoadRejection } from '../../db/load/input';
import { isStorableState } from '../../db/load/states';
import { isStorable } from '../../db/postgres/storable-text';
import type { NamedRun } from '../../db/runs/take';
import { dataTables } from '../../db/schema/tables';
import { getNormaliser } from '../providers/registry';
import { excerpt } from '../shared/text';
import type { LoadMessage } from './parse-message';
import type { StateInput } from './parse-state';

/** A message that cannot be stored as it is. A row or deletion is kept as `rejected`; a STATE moves nothing. */
export interface FaultyMessage {
	type: 'FAULTY';
	reason: LoadRejection;
	rejected?: LoadRejected;
}

/** Checks messages against the runs that they belong to. */
export class MessageCheck {
	private last: { run: NamedRun; stream: unknown; accountId: unknown; fault?: LoadRejection } | undefined;

	/** @returns the message itself if it is valid; so is every rejected record, whatever it names */
	check(
		run: NamedRun,
		message: LoadMessage,
		{ stream, accountId }: IDataObject,
	): LoadMessage | FaultyMessage {
		if (message.type === 'REJECTED' || message.type === 'RECORD') return message;
		const fault = this.findOriginFault(run, stream, accountId);
		if (message.type === 'STATE') {
			const reason = fault ?? findStateFault(message.value);
			return reason ? { type: 'FAULTY', reason } : message;
		}
		return fault ? { type: 'FAULTY', reason: fault, rejected: rejectChange(message.value, fault) } : message;
	}

	/** Usually the origin of the previous message. */
	private findOriginFault(run: NamedRun, stream: unknown, accountId: unknown): LoadRejection | undefined {
		const { last } = this;
		if (last?.run === run && last.stream === stream && last.accountId === accountId) return last.fault;
		const fault = findOriginFault(run, stream, accountId);
		this.last = { run, stream, accountId, fault };
		return fault;
	}
}

/**
 * Rejects a stream or an account that the run does not have; returns undefined for a valid one. Accounts are not checked
 * while none of the connection's are known.
 */
function findOriginFault(run: NamedRun, stream: unknown, accountId: unknown): LoadRejection | undefined {
	const { provider, integrationId, accountIds } = run;
	if (!hasStream(run, stream)) {
		const message = `The stream "${showName(stream)}" is not one of ${excerpt(provider)}'s. ${LEAVE_UNCHANGED}`;
		return { code: 'unknown_stream', path: 'stream', message };
	}
	const asksFor = integrationId !== null && accountIds.length > 0;
	if (!asksFor || accountIds.includes(accountId as string)) return undefined;
	const message = `The account "${showName(accountId)}" is not one of the connection's. ${LEAVE_UNCHANGED}`;
	return { code: 'unknown_account', path: 'accountId', message };
}

const showName = (value: unknown): string => (typeof value === 'string' ? excerpt(value) : typeof value);

/** Runs of plain items have their tables as streams. */
function hasStream({ provider, integrationId }: NamedRun, stream: unknown): boolean {
	if (typeof stream !== 'string') return false;
	return getNormaliser(provider, stream) !== undefined || (integrationId === null && dataTables.has(stream));
}

/** Rejects a state that the database would not accept: the rows before it would fail with it. */
function findStateFault({ state, accountId }: StateInput): LoadRejection | undefined {
	if (state === null) return undefined;
	if (isStorable(accountId) && isStorableState(state)) return undefined;
	const message = `The state cannot be stored: it is larger than 1 KB, or holds what PostgreSQL cannot store. The rows are stored, and the next run reads the stream from the last state again. ${LEAVE_UNCHANGED}`;
	return { code: 'invalid_state', path: 'state', message };
}

const LEAVE_UNCHANGED = 'Nodes between the Zixly nodes must not change the messages.';
