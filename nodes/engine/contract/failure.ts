import { ExplainedError } from '../../../db/postgres/explained-error';
import { FAILURE_CLASSES, type FailureClass } from '../../shared/failure-classes';
import { withoutSecrets } from '../../shared/secrets';

/** What a message can say about the request that failed. */
export interface CallPlace {
	provider: string;
	/** What was requested, in words: "the profit and loss report". */
	description: string;
	/** The account's name, or words for the connection as a whole. */
	account: string;
	scope?: string;
	statusPage?: string;
	status: number;
	/** The provider's error text; empty if it gave none. */
	detail: string;
}

/** The request that failed. */
export interface FailedCall extends CallPlace {
	/** Whether every other request would fail too, such as when a scope is missing. */
	ofEveryCall: boolean;
}

/** Why something could not be read. Its texts contain no secret. */
export class ReadFailure extends ExplainedError {
	constructor(
		readonly failureClass: FailureClass,
		summary: string,
		hint = '',
		/** When to try again, if that is known. */
		readonly retryAt?: Date,
		/** Undefined if the reason was not a reply or the lack of one. */
		readonly call?: FailedCall,
	) {
		super(summary, hint);
		this.name = 'ReadFailure';
	}

	/** Whether the other accounts of the integration would fail too. */
	get endsRun(): boolean {
		return FAILURE_CLASSES[this.failureClass].endsRun;
	}

	/** Whether the provider may still answer for other records. */
	get mayBeOfOneRecord(): boolean {
		return (
			this.call !== undefined && !this.call.ofEveryCall && FAILURE_CLASSES[this.failureClass].ofOneRecord
		);
	}
}

/**
 * Turns any error into a failure. An unexpected one becomes `internal`, and everything that looks like a token is
 * removed from its text: it may come from a library that quotes the request.
 * @param secrets the secrets of the request, removed wherever they occur
 */
export function asFailure(error: unknown, secrets: readonly string[] = []): ReadFailure {
	if (error instanceof ReadFailure) return error;
	const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
	return new ReadFailure(
		'internal',
		`Reading stopped with an unexpected error (${withoutSecrets(name, secrets)}: ${withoutSecrets(message, secrets)}).`,
		'The next run tries again. If it happens every time, report this message.',
	);
}
