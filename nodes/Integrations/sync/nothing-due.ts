import type { DueOverview } from '../../../db/runs/due-overview';

/** The choices made in Claim Due. */
interface Asked {
	/** The provider's name. */
	provider: string;
	authentication: 'stored' | 'n8n';
	/** Whether one connection was chosen. */
	one: boolean;
}

/** Explains why Claim Due claimed nothing and what to do. */
export function nothingDueText(overview: DueOverview, asked: Asked): string {
	if (overview.connections === 0) return noConnection(asked);
	if (overview.otherAuthentication === overview.connections) return otherAuthentication(asked);
	const parts = [waiting(overview, asked), running(overview, asked), ...idle(overview, asked)];
	return `Nothing was claimed. ${parts.filter(Boolean).join(' ')}`;
}

function noConnection({ provider, one }: Asked): string {
	return one
		? `Nothing was claimed: the connection in Integration does not exist or is not a ${provider} connection. Choose another connection, or its Provider.`
		: `Nothing was claimed: no tenant is connected to ${provider} yet. Connect one with Connection: Create.`;
}

function otherAuthentication({ provider, authentication, one }: Asked): string {
	const which = one ? 'The chosen connection' : `Every connection to ${provider}`;
	return authentication === 'stored'
		? `Nothing was claimed. ${which} has its token in an n8n credential: choose n8n Credential in Authentication, here and on Extract.`
		: `Nothing was claimed. ${which} has its token in the vault: choose Stored Integration in Authentication, here and on Extract.`;
}

function waiting({ waiting: count, nextDue }: DueOverview, { one }: Asked): string {
	if (count === 0) return '';
	const isPast = nextDue === null || Date.parse(nextDue) <= Date.now();
	if (isPast) return 'Another execution has just claimed what was due.';
	const when = `${nextDue.slice(0, 16).replace('T', ' ')} UTC`;
	if (one) return `The chosen connection is due at ${when}.`;
	return `${counted(count, 'connection')} up to date, the next one due at ${when}.`;
}

function running({ running: count, runningSince }: DueOverview, { one }: Asked): string {
	if (count === 0) return '';
	const since = `since ${runningSince?.slice(0, 16).replace('T', ' ')} UTC`;
	if (one) return `The chosen connection is being synced ${since}.`;
	return `${counted(count, 'connection')} being synced right now, the first ${since}.`;
}

function idle({ pending, error, disabled }: DueOverview, { one }: Asked): string[] {
	const states: Array<[count: number, state: string, advice: string]> = [
		[error, 'paused by an error', 'Sync: Get Health shows why; then run Connection: Enable.'],
		[pending, 'waiting for a token', 'It syncs once the tenant has connected.'],
		[disabled, 'disabled', 'Enable it with Connection: Enable.'],
	];
	return states
		.filter(([count]) => count > 0)
		.map(([count, state, advice]) =>
			one ? `The chosen connection is ${state}. ${advice}` : `${counted(count, 'connection')} ${state}.`,
		);
}

const counted = (count: number, noun: string): string =>
	count === 1 ? `1 ${noun} is` : `${count} ${noun}s are`;
