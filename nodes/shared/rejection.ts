import type { RejectionReason } from './messages';
import { excerpt } from './text';

/** Why a record cannot be used. Thrown where it is found out, and turned into a REJECTED message. */
export class Rejection extends Error {
	constructor(
		/** A word for machines, in snake case. */
		readonly code: string,
		/** Where in the record, as `profitAndLoss.Reports[0].Rows[2]`. */
		readonly path: string,
		/** What is wrong, then what a person can do. */
		message: string,
		/** What a program needs of it, as JSON. */
		readonly detail?: Record<string, unknown>,
	) {
		super(message);
		this.name = 'Rejection';
	}
}

/** The reason as a message carries it: its text can be stored whatever the provider sent. */
export function toReason({ code, path, message, detail }: Rejection): RejectionReason {
	return { code, path: excerpt(path, 300), message: excerpt(message, 1_000), ...(detail && { detail }) };
}

/** What `work` gives, or why the record cannot be used; one record's fault must not stop the others. */
export function attempt<T>(work: () => T): T | Rejection {
	try {
		return work();
	} catch (error) {
		if (error instanceof Rejection) return error;
		const said = error instanceof Error ? error.message : String(error);
		return new Rejection(
			'internal',
			'',
			`The record could not be normalised (${said}). Report it with this text.`,
		);
	}
}
