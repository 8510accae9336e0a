import type { FailureClass } from '../../shared/messages';
import { withoutSecrets } from '../../shared/secrets';

/** What keeps a whole integration from being read, not only one of its accounts. */
const ENDS_RUN: ReadonlySet<FailureClass> = new Set([
	'reconnect_required',
	'needs_choice',
	'configuration',
	'database_unavailable',
	'run_lost',
	'internal',
]);

/** What says nothing of a single record, whatever was asked for. */
const NEVER_OF_ONE_RECORD: ReadonlySet<FailureClass> = new Set([
	...ENDS_RUN,
	'rate_limited',
	'account_gone',
	'account_conflict',
]);

/** What a message can say about the call that went wrong. */
export interface CallPlace {
	provider: string;
	/** What was asked for, in words: "the profit and loss report". */
	description: string;
	/** The account's name, or words for the connection as a whole. */
	account: string;
	scope?: string;
	statusPage?: string;
	status: number;
	/** The provider's own words, where it has any. */
	detail: string;
}

/** The call that failed. */
export interface FailedCall extends CallPlace {
	/** Whether every other call would meet the same, as where a scope is missing. */
	ofEveryCall: boolean;
}

/** A reason why something could not be read. The message says what happened and what to do, and holds no secret. */
export class ReadFailure extends Error {
	constructor(
		readonly failureClass: FailureClass,
		message: string,
		/** When it is worth trying again, where that is known. */
		readonly retryAt?: Date,
		/** Undefined where no reply, or the lack of one, was the reason. */
		readonly call?: FailedCall,
	) {
		super(message);
		this.name = 'ReadFailure';
	}

	/** Whether the other accounts of the integration would meet the same. */
	get endsRun(): boolean {
		return ENDS_RUN.has(this.failureClass);
	}

	/** Whether the provider may well answer for the record's neighbours. */
	get mayBeOfOneRecord(): boolean {
		return this.call !== undefined && !this.call.ofEveryCall && !NEVER_OF_ONE_RECORD.has(this.failureClass);
	}
}

/**
 * Any error as a failure. One that nobody foresaw becomes `internal`, its text freed of whatever looks like a token:
 * it may have come from a library that quotes the request.
 * @param secrets those of the call, to be taken out exactly
 */
export function asFailure(error: unknown, secrets: readonly string[] = []): ReadFailure {
	if (error instanceof ReadFailure) return error;
	const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
	return new ReadFailure(
		'internal',
		`Reading stopped at something unforeseen (${withoutSecrets(name, secrets)}: ${withoutSecrets(message, secrets)}). ` +
			'The next run tries again; if it happens every time, report it with this text.',
	);
}
