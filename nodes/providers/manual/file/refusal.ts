/** A file that cannot be read. The message is for the person who uploaded it: what is wrong, then what to do. */
export class FileRefusal extends Error {
	constructor(message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'FileRefusal';
	}
}

/** The error for a damaged workbook. @param what a clause, such as "its part x is missing" */
export function damaged(what: string): FileRefusal {
	return new FileRefusal(
		`The workbook is damaged: ${what}. Open it in Excel or LibreOffice, and save it again as XLSX or CSV.`,
	);
}
