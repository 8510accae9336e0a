import type { Envelope, FailureMessage, RejectionReason } from '../../shared/messages';
import type { Unchosen } from './account-choice';
import type { ProviderDefinition } from '../contract/provider';
import { ReadFailure, type FailedCall } from '../contract/failure';
import { said } from '../http/response-rules';

/** A failure as it travels between the nodes. */
export function failureMessage(envelope: Envelope, failure: ReadFailure): FailureMessage {
	const { failureClass, message, retryAt } = failure;
	const detail = { class: failureClass, message, ...(retryAt && { retryAt: retryAt.toISOString() }) };
	return { type: 'FAILURE', ...envelope, failure: detail };
}

/** The token is good and reaches nothing. */
export function nothingConnected({ displayName, accountWord }: ProviderDefinition): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`No ${accountWord} of ${displayName} is connected any more. Connect the tenant again and choose what to sync.`,
	);
}

/** An account that was read before is not listed any more. */
export function disconnected({ displayName }: ProviderDefinition, name: string): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`${name} is no longer connected in ${displayName}; what was read of it stays. ` +
			'Connect the tenant again with it to go on reading it, or switch the account off.',
	);
}

/** An account is not listed, but something in the list cannot be read: it may be that account. */
export function unclearList({ displayName, accountWord }: ProviderDefinition, name: string): ReadFailure {
	return new ReadFailure(
		'provider_unavailable',
		`${displayName}'s list of what is connected holds a ${accountWord} that cannot be read, and ${name} is not among the others. ` +
			'Nothing was read of it; what was read before stays, and the next run tries again.',
	);
}

/** The token answers for an account that nobody chose. */
export function otherAccount({ displayName, accountWord }: ProviderDefinition, name: string): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`${displayName} answers for another ${accountWord} than ${name} now, and nothing was read of it. ` +
			`Connect the tenant again with ${name}, or choose the other ${accountWord} with Connection: Update.`,
	);
}

/** An account that was given up while its run went on. */
export function givenUp(name: string): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`${name} was given up while it was to be read, and nothing was read of it. Choose it again with Connection: Update to go on.`,
	);
}

/** An account belongs to one connection at a time. Whose it is, nobody is told. */
export function conflict({ displayName }: ProviderDefinition, name: string): ReadFailure {
	return new ReadFailure(
		'account_conflict',
		`${name} is read through another connection already, and nothing was read of it. ` +
			`Give it up there first, or leave it out when this tenant connects ${displayName}.`,
	);
}

/** Nobody said which accounts are meant. None is named: they may be another customer's. */
export function needsChoice(
	{ displayName, accountWord }: ProviderDefinition,
	unchosen: Unchosen,
): ReadFailure {
	const why: Record<Unchosen, string> = {
		several: `The connection reaches more than one ${accountWord} of ${displayName}, and none is chosen`,
		unclear: `${displayName} does not say for which ${accountWord} this consent is, and none is chosen`,
		others: `The connection reaches no ${accountWord} of ${displayName} that was read before it was ended, and no other is chosen`,
		tooMany: `The consent reaches more than 1,000 accounts of ${displayName}, and none is chosen`,
	};
	return new ReadFailure(
		'needs_choice',
		`${why[unchosen]}, so nothing was read. Choose what is to be read in Enable Account Names or IDs of Connection: Update` +
			`${unchosen === 'several' ? ', or set Accounts there to All That the Consent Reaches' : ''}. Connection: Get Accounts lists what can be chosen.`,
	);
}

export const switchedOff = (name: string): string =>
	`${name} is switched off, and nothing was read of it. Switch the account on to read it again.`;

export const streamOff = (stream: string, name: string): string =>
	`${stream} of ${name} is switched off, and nothing was read of it. Switch the stream on to read it again.`;

/** A stream that is not in every plan is left out where it is not allowed. */
export const notAllowed = (stream: string, { message }: ReadFailure): string =>
	`${stream} was left out: ${message} Switch the stream off to hear no more of it.`;

/** Why a record was rejected that the provider did not give, although it answered for its neighbours. */
export function unreadable({ failureClass, message, call }: ReadFailure): RejectionReason {
	const happened = call ? whatHappened(call) : message;
	return { code: failureClass, path: '', message: `${happened} ${ASKED_AGAIN}` };
}

function whatHappened(call: FailedCall): string {
	const { provider, description, account, status } = call;
	const answered = status === 0 ? 'did not answer' : `answered ${status}${asUnreadable(status)}`;
	return `${provider} ${answered} for ${description} of ${account}${said(call)}, and did answer for other records.`;
}

const asUnreadable = (status: number): string =>
	status >= 200 && status < 300 ? ' with something that cannot be read' : '';

const ASKED_AGAIN =
	'It is asked for again after 1, 6 and 24 hours, then weekly; Rejected Record: Replay has the next sync ask for it.';
