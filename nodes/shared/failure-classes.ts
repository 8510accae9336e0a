/** What a failure class implies. */
interface FailureTraits {
	/** The whole integration cannot be read, not only one of its accounts. */
	endsRun: boolean;
	/** Only a person can fix it: an automatic retry would fail again. */
	requiresAction: boolean;
	/** The same request may succeed a little later. */
	transient: boolean;
	/** It may concern a single record: the provider may still answer for others. */
	ofOneRecord: boolean;
	/** What a person can do about it. */
	advice: string;
}

const TRAITS = {
	reconnect_required: {
		endsRun: true,
		requiresAction: true,
		transient: false,
		ofOneRecord: false,
		advice: 'Reconnect the tenant, then run Connection: Enable.',
	},
	not_permitted: {
		endsRun: false,
		requiresAction: true,
		transient: false,
		ofOneRecord: true,
		advice: 'Have the scope or role that the message names granted, then run Connection: Enable.',
	},
	needs_consent: {
		endsRun: false,
		requiresAction: true,
		transient: false,
		ofOneRecord: false,
		advice: 'Have the tenant connect again: the link asks for the scope that is missing.',
	},
	account_gone: {
		endsRun: false,
		requiresAction: true,
		transient: false,
		ofOneRecord: false,
		advice:
			'Reconnect the account, then run Connection: Enable; or disable the account with Connection: Update.',
	},
	account_conflict: {
		endsRun: false,
		requiresAction: true,
		transient: false,
		ofOneRecord: false,
		advice:
			'Release the account from the other connection first (Release in Connection: Update, or Connection: Disconnect), then run Connection: Enable.',
	},
	needs_choice: {
		endsRun: true,
		requiresAction: true,
		transient: false,
		ofOneRecord: false,
		advice:
			'Choose the accounts with Connection: Update (Connection: Get Accounts lists them), then run Connection: Enable.',
	},
	rate_limited: {
		endsRun: false,
		requiresAction: false,
		transient: true,
		ofOneRecord: false,
		advice: 'No action needed: reading resumes at the time named.',
	},
	provider_unavailable: {
		endsRun: false,
		requiresAction: false,
		transient: true,
		ofOneRecord: true,
		advice: 'No action needed: it is retried with increasing delays.',
	},
	bad_request: {
		endsRun: false,
		requiresAction: false,
		transient: false,
		ofOneRecord: true,
		advice: 'Report it, with the message.',
	},
	configuration: {
		endsRun: true,
		requiresAction: false,
		transient: false,
		ofOneRecord: false,
		advice: 'Fix the credential or field that the message names.',
	},
	database_unavailable: {
		endsRun: true,
		requiresAction: false,
		transient: true,
		ofOneRecord: false,
		advice: 'No action needed if it recovers; otherwise check the database server.',
	},
	run_lost: {
		endsRun: true,
		requiresAction: false,
		transient: false,
		ofOneRecord: false,
		advice: 'No action needed: the run that took over has the data.',
	},
	internal: {
		endsRun: true,
		requiresAction: false,
		transient: false,
		ofOneRecord: false,
		advice: 'Report it, with the message.',
	},
} satisfies Record<string, FailureTraits>;

/** Why something could not be read or stored, as FAILURE messages and the run log carry it. */
export type FailureClass = keyof typeof TRAITS;

/** The traits of every failure class. */
export const FAILURE_CLASSES: Readonly<Record<FailureClass, FailureTraits>> = TRAITS;

/** Whether a value from outside is a failure class. */
export function isFailureClass(value: unknown): value is FailureClass {
	return typeof value === 'string' && Object.hasOwn(FAILURE_CLASSES, value);
}

/** What the database notes for a run whose process ended. */
const PROCESS_ENDED: readonly string[] = ['crashed', 'lease_ended'];

const PROCESS_ENDED_ADVICE =
	'No action needed for a single occurrence. If it recurs, check n8n’s log for what ends the process, and give it more memory or lower Max Records.';

/** What to do about a run that ended with this failure class, or whose process ended. */
export function adviceOn(failureClass: string): string {
	if (PROCESS_ENDED.includes(failureClass)) return PROCESS_ENDED_ADVICE;
	return FAILURE_CLASSES[isFailureClass(failureClass) ? failureClass : 'internal'].advice;
}
