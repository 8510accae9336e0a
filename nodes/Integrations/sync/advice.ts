import type { FailureClass } from '../../shared/messages';

const PROCESS_ENDED =
	'Nothing if it happens once. Again and again: see in n8n’s log what ends the process, and give it more memory or lower Max Records.';

/** What a person can do about each class of failure. */
const ADVICE: Record<FailureClass | 'crashed' | 'lease_ended', string> = {
	reconnect_required: 'Connect the tenant again, then Connection: Enable.',
	not_permitted: 'Have the scope or role granted that the message names, then Connection: Enable.',
	account_gone:
		'Connect the account again, then Connection: Enable; or switch it off with Connection: Update.',
	account_conflict:
		'Give it up at the other connection first (Release in Connection: Update, or Connection: Disconnect), then Connection: Enable.',
	needs_choice:
		'Choose the accounts with Connection: Update (Connection: Get Accounts lists them), then Connection: Enable.',
	rate_limited: 'Nothing: it goes on at the time named.',
	provider_unavailable: 'Nothing: it is tried again with growing pauses.',
	bad_request: 'Report it, with the message.',
	configuration: 'Mend the credential or the field that the message names.',
	database_unavailable: 'Nothing if it passes; else look at the database server.',
	run_lost: 'Nothing: the run that took over has the data.',
	crashed: PROCESS_ENDED,
	lease_ended: PROCESS_ENDED,
	internal: 'Report it, with the message.',
};

/** What a person can do about a run that ended with this class of failure. */
export function adviceOn(failureClass: string): string {
	return Object.hasOwn(ADVICE, failureClass) ? ADVICE[failureClass as FailureClass] : ADVICE.internal;
}
