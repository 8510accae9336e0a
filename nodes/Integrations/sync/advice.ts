import type { FailureClass } from '../../shared/messages';

const PROCESS_ENDED =
	'No action needed for a single occurrence. If it recurs, check n8n’s log for what ends the process, and give it more memory or lower Max Records.';

const ADVICE: Record<FailureClass | 'crashed' | 'lease_ended', string> = {
	reconnect_required: 'Reconnect the tenant, then run Connection: Enable.',
	not_permitted: 'Have the scope or role that the message names granted, then run Connection: Enable.',
	account_gone:
		'Reconnect the account, then run Connection: Enable; or disable the account with Connection: Update.',
	account_conflict:
		'Release the account from the other connection first (Release in Connection: Update, or Connection: Disconnect), then run Connection: Enable.',
	needs_choice:
		'Choose the accounts with Connection: Update (Connection: Get Accounts lists them), then run Connection: Enable.',
	rate_limited: 'No action needed: reading resumes at the time named.',
	provider_unavailable: 'No action needed: it is retried with increasing delays.',
	bad_request: 'Report it, with the message.',
	configuration: 'Fix the credential or field that the message names.',
	database_unavailable: 'No action needed if it recovers; otherwise check the database server.',
	run_lost: 'No action needed: the run that took over has the data.',
	crashed: PROCESS_ENDED,
	lease_ended: PROCESS_ENDED,
	internal: 'Report it, with the message.',
};

/** Says what to do about a run that ended with this failure class. */
export function adviceOn(failureClass: string): string {
	return Object.hasOwn(ADVICE, failureClass) ? ADVICE[failureClass as FailureClass] : ADVICE.internal;
}
