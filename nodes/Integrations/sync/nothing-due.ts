import type { DueOverview, HeldConnections } from '../../../db/runs/due-overview';
import type { Authentication } from '../../adapter/authentication';
import { parseExecutionKey } from '../../adapter/execution';
import { showTime } from './show-time';

/** The choices made in Claim Due. */
interface Choice {
	/** The provider's name. */
	provider: string;
	authentication: Authentication;
	/** Whether one connection was chosen. */
	one: boolean;
	/** This n8n's. */
	instanceId: string;
}

/** Explains why Claim Due claimed nothing and what to do. */
export function explainNothingDue(overview: DueOverview, choice: Choice): string {
	if (overview.connections === 0) return explainNoConnection(choice);
	if (overview.otherAuthentication === overview.connections) return explainOtherAuthentication(choice);
	const parts = [
		describeWaiting(overview, choice),
		...describeHeld(overview, choice),
		...describeIdle(overview, choice),
	];
	return `Nothing was claimed. ${parts.filter(Boolean).join(' ')}`;
}

function explainNoConnection({ provider, one }: Choice): string {
	return one
		? `Nothing was claimed: the connection in the field Connection does not exist or is not a ${provider} connection. Choose another connection, or its Provider.`
		: `Nothing was claimed: no tenant is connected to ${provider} yet. Connect one with Connection: Create.`;
}

function explainOtherAuthentication({ provider, authentication, one }: Choice): string {
	const which = one ? 'The chosen connection' : `Every connection to ${provider}`;
	return authentication === 'stored'
		? `Nothing was claimed. ${which} has its token in an n8n credential: choose Credential in n8n in Authentication, here and on Extract.`
		: `Nothing was claimed. ${which} has its token in the vault: choose Zixly Vault in Authentication, here and on Extract.`;
}

function describeWaiting({ waiting: count, nextDue }: DueOverview, { one }: Choice): string {
	if (count === 0) return '';
	const isPast = nextDue === null || Date.parse(nextDue) <= Date.now();
	if (isPast) return 'Another execution has just claimed what was due.';
	const when = showTime(nextDue);
	if (one) return `The chosen connection is due at ${when}.`;
	return `${countNoun(count, 'connection')} up to date, the next one due at ${when}.`;
}

/** Names the executions that hold connections: one that ended without closing its runs does so until its lease ends. */
function describeHeld({ running, holders }: DueOverview, choice: Choice): string[] {
	if (running === 0) return [];
	const named = holders.reduce((count, { connections }) => count + connections, 0);
	const others = running > named ? [`${running - named} more are held by other executions.`] : [];
	return [...holders.map((held) => describeHolder(held, choice)), ...others];
}

function describeHolder(held: HeldConnections, { one, instanceId }: Choice): string {
	const { id, isOwn } = parseExecutionKey(held.executionId, instanceId);
	const what = one ? 'The chosen connection is' : countNoun(held.connections, 'connection');
	const freed = one || held.connections === 1 ? 'the connection is free' : 'the connections are free';
	const until = held.freeByHandAt
		? `${freed} for this workflow by hand at ${showTime(held.freeByHandAt)}`
		: `${freed} at ${showTime(held.leaseUntil)}`;
	const atOnce = isOwn
		? `or at once with Sync: Fail Runs of Execution, Execution ID ${id}`
		: 'or at once with Sync: Fail Runs of Execution in that n8n';
	return `${what} held by execution ${id}${isOwn ? '' : ' of another n8n'}, which began at ${showTime(held.since)}. If it is no longer running, ${until}, ${atOnce}.`;
}

function describeIdle({ pending, error, disabled, paused }: DueOverview, { one }: Choice): string[] {
	const states: Array<[count: number, state: string, advice: string]> = [
		[error, 'paused by an error', 'Sync: Get Health shows why; then run Connection: Enable.'],
		[pending, 'waiting for a token', 'It syncs once the tenant has connected.'],
		[paused, 'of a paused tenant', 'Resume it with Zixly Database, Tenant: Resume.'],
		[disabled, 'disabled', 'Enable it with Connection: Enable.'],
	];
	return states
		.filter(([count]) => count > 0)
		.map(([count, state, advice]) =>
			one ? `The chosen connection is ${state}. ${advice}` : `${countNoun(count, 'connection')} ${state}.`,
		);
}

const countNoun = (count: number, noun: string): string =>
	count === 1 ? `1 ${noun} is` : `${count} ${noun}s are`;
