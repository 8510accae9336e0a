import type { Envelope, FailureMessage, RejectionReason } from '../../shared/messages';
import type { Unchosen } from './account-choice';
import type { ProviderDefinition } from '../contract/provider';
import { ReadFailure, type FailedCall } from '../contract/failure';
import { appendDetail } from '../http/response-rules';

/** A failure as it travels between the nodes. */
export function failureMessage(envelope: Envelope, failure: ReadFailure): FailureMessage {
	const { failureClass, message, retryAt } = failure;
	const detail = { class: failureClass, message, ...(retryAt && { retryAt: retryAt.toISOString() }) };
	return { type: 'FAILURE', ...envelope, failure: detail };
}

/** The consent is known not to include scopes that reading needs, so nothing was requested. */
export function needsConsent(
	{ displayName }: ProviderDefinition,
	what: string,
	scopes: readonly string[],
): ReadFailure {
	return new ReadFailure(
		'needs_consent',
		`${what} was skipped: the consent in ${displayName} does not include ${scopes.join(', ')}.`,
		'Connect the tenant again.',
	);
}

/** The token is valid but has no accounts. */
export function nothingConnected({ displayName, accountWord }: ProviderDefinition): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`No ${accountWord} in ${displayName} is connected any more.`,
		'Connect the tenant again and choose what to sync.',
	);
}

/** An account that was read before is no longer listed. */
export function disconnected({ displayName }: ProviderDefinition, name: string): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`${name} is no longer connected in ${displayName}; the data already read is kept.`,
		'To continue reading it, connect the tenant again and include it. Otherwise switch the account off.',
	);
}

/** An account is not listed, but the list has an unreadable entry, which may be that account. */
export function unclearList({ displayName, accountWord }: ProviderDefinition, name: string): ReadFailure {
	return new ReadFailure(
		'provider_unavailable',
		`${displayName}'s list of connected accounts contains an unreadable ${accountWord}, and ${name} is not among the others.`,
		`Nothing was read from ${name}; the data already read is kept, and the next run tries again.`,
	);
}

/** The token answers for an account that was not chosen. */
export function otherAccount({ displayName, accountWord }: ProviderDefinition, name: string): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`${displayName} now answers for another ${accountWord} than ${name}, so nothing was read.`,
		`Connect the tenant again with ${name}, or choose the other ${accountWord} with Connection: Update.`,
	);
}

/** The account was released while its run was in progress. */
export function givenUp(name: string): ReadFailure {
	return new ReadFailure(
		'account_gone',
		`${name} was released during this run, so nothing was read from it.`,
		'Choose it again with Connection: Update to continue.',
	);
}

/** An account belongs to one connection at a time. The message must not reveal which one. */
export function conflict({ displayName }: ProviderDefinition, name: string): ReadFailure {
	return new ReadFailure(
		'account_conflict',
		`${name} is already read through another connection, so nothing was read from it.`,
		`Release it there first, or leave it out when this tenant connects ${displayName}.`,
	);
}

/** No account is chosen. The message names none: they may belong to another customer. */
export function needsChoice(
	{ displayName, accountWord }: ProviderDefinition,
	unchosen: Unchosen,
): ReadFailure {
	const why: Record<Unchosen, string> = {
		several: `The connection has access to more than one ${accountWord} in ${displayName}, and none is chosen`,
		unclear: `${displayName} does not say which ${accountWord} this consent is for, and none is chosen`,
		others: `The connection no longer has access to any ${accountWord} in ${displayName} that it read before it was disconnected, and no other is chosen`,
		tooMany: `The consent covers more than 1,000 accounts in ${displayName}, and none is chosen`,
	};
	return new ReadFailure(
		'needs_choice',
		`${why[unchosen]}, so nothing was read.`,
		`Choose accounts in the field Enable Account Names or IDs of Connection: Update${unchosen === 'several' ? ', or set Accounts there to All That the Consent Reaches' : ''}. Connection: Get Accounts lists them.`,
	);
}

export const switchedOff = (name: string): string =>
	`${name} is switched off, so nothing was read from it. Switch the account on to read it again.`;

export const streamOff = (stream: string, name: string): string =>
	`${stream} of ${name} is switched off and was not read. Switch the stream on to read it again.`;

/** A stream that not every plan includes is skipped if it is not allowed. */
export const notAllowed = (stream: string, { message }: ReadFailure): string =>
	`${stream} was skipped: ${message} Switch the stream off to silence this warning.`;

/** Why a record was rejected that the provider did not return although it returned others. */
export function unreadable({ failureClass, message, call }: ReadFailure): RejectionReason {
	const happened = call ? whatHappened(call) : message;
	return { code: failureClass, path: '', message: `${happened} ${ASKED_AGAIN}` };
}

function whatHappened(call: FailedCall): string {
	const { provider, description, account, status } = call;
	const answered = status === 0 ? 'did not answer' : `answered ${status}${asUnreadable(status)}`;
	return `${provider} ${answered} for ${description} of ${account}${appendDetail(call)}, but answered for other records.`;
}

const asUnreadable = (status: number): string =>
	status >= 200 && status < 300 ? ' with a reply that cannot be read' : '';

const ASKED_AGAIN =
	'It is requested again after 1, 6 and 24 hours, then weekly. Rejected Record: Replay makes the next sync request it.';
