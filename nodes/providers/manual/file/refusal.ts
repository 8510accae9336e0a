/** Why a file cannot be read, in words for the person who uploaded it: what it is, then what to do. */
export class FileRefusal extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'FileRefusal';
	}
}

/** What a damaged workbook ends with; `what` is a clause, such as "a part of it is cut off". */
export function damaged(what: string): FileRefusal {
	return new FileRefusal(
		`The workbook is damaged: ${what}. Open it in Excel or LibreOffice, and save it again as XLSX or CSV.`,
	);
}
