/** A file that cannot be read. The message is for the person who uploaded it: what is wrong, then what to do. */
export class UnreadableFileError extends Error {
	constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'UnreadableFileError';
	}
}

/** The error for a damaged workbook. @param what a clause, such as "its part x is missing" */
export function damaged(what: string): UnreadableFileError {
	return new UnreadableFileError(
		`The workbook is damaged: ${what}. Open it in Excel or LibreOffice, and save it again as XLSX or CSV.`,
	);
}
