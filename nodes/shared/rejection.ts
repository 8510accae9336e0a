import type { RejectionReason } from './messages';
import { excerpt } from './text';

/** Why a record is rejected. Thrown where the problem is found, and converted to a REJECTED message. */
export class Rejection extends Error {
	constructor(
		/** The reason code, in snake case. */
		readonly code: string,
		/** The path in the record, such as `profitAndLoss.Reports[0].Rows[2]`. */
		readonly path: string,
		/** What is wrong, then what to do. */
		message: string,
		/** Details for programs, as JSON. */
		readonly detail?: Record<string, unknown>,
	) {
		super(message);
		this.name = 'Rejection';
	}
}

/** The reason in its message form: shortened and storable, whatever the provider sent. */
export function toReason({ code, path, message, detail }: Rejection): RejectionReason {
	return { code, path: excerpt(path, 300), message: excerpt(message, 1_000), ...(detail && { detail }) };
}

/** The result of `work`, or why the record is rejected: an error in one record must not stop the others. */
export function catchRejection<T>(work: () => T): T | Rejection {
	try {
		return work();
	} catch (error) {
		if (error instanceof Rejection) return error;
		const said = error instanceof Error ? error.message : String(error);
		return new Rejection(
			'internal',
			'',
			`The record could not be normalised (${said}). Report this message.`,
		);
	}
}
