/** An error for people. Its message is both texts; where there is room for two, they are shown apart. */
export class ExplainedError extends Error {
	/** @param summary what happened. @param hint what to do about it */
	constructor(
		readonly summary: string,
		readonly hint = '',
		options?: ErrorOptions,
	) {
		super(hint === '' ? summary : `${summary} ${hint}`, options);
	}
}

/** The texts of any error: one that is not ours has no hint. */
export function asExplained(error: Error): Pick<ExplainedError, 'summary' | 'hint'> {
	return error instanceof ExplainedError ? error : { summary: error.message || String(error), hint: '' };
}
