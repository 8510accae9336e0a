import { ReadFailure } from '../contract/failure';
import type { FailureClass } from '../../shared/failure-classes';

/**
 * Why a consent did not become a connection, for the words of a page: the person said no; the request or its code is too
 * old or was used before; the provider is down or slow; the application or its credential is wrong; the consent covers no
 * account; a scope was not granted.
 */
export type ConsentProblem =
	| 'denied'
	| 'expired'
	| 'provider_down'
	| 'misconfigured'
	| 'no_account'
	| 'scope_missing';

/** A failure of a consent whose reason is known better than its class tells. */
export class ConsentFailure extends ReadFailure {
	constructor(
		readonly problem: ConsentProblem,
		summary: string,
		hint: string,
		/** The scopes that were not granted. */
		readonly scopes: readonly string[] = [],
	) {
		super(CLASSES[problem], summary, hint);
		this.name = 'ConsentFailure';
	}
}

/** What to tell the person about any failure of the flow. */
export function findConsentProblem(failure: ReadFailure): ConsentProblem {
	return failure instanceof ConsentFailure ? failure.problem : PROBLEMS[failure.failureClass];
}

const CLASSES: Readonly<Record<ConsentProblem, FailureClass>> = {
	denied: 'reconnect_required',
	expired: 'reconnect_required',
	provider_down: 'provider_unavailable',
	misconfigured: 'configuration',
	no_account: 'account_gone',
	scope_missing: 'needs_consent',
};

const PROBLEMS: Readonly<Record<FailureClass, ConsentProblem>> = {
	reconnect_required: 'expired',
	not_permitted: 'scope_missing',
	needs_consent: 'scope_missing',
	account_gone: 'no_account',
	account_conflict: 'no_account',
	needs_choice: 'no_account',
	rate_limited: 'provider_down',
	provider_unavailable: 'provider_down',
	database_unavailable: 'provider_down',
	run_lost: 'provider_down',
	bad_request: 'misconfigured',
	configuration: 'misconfigured',
	internal: 'misconfigured',
};
