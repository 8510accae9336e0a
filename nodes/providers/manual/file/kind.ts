import { UnreadableFileError } from './unreadable-file';

const SAVE_AS = 'Save it as XLSX or CSV, and upload that.';

/** First bytes of files that people mistake for a spreadsheet. */
const MAGIC: ReadonlyArray<[bytes: string, what: string]> = [
	['%PDF-', 'a PDF document'],
	['\x89PNG', 'a picture (PNG)'],
	['\xff\xd8\xff', 'a picture (JPEG)'],
	['GIF8', 'a picture (GIF)'],
	['RIFF', 'a picture or a recording'],
	['II*\0', 'a picture (TIFF)'],
	['MM\0*', 'a picture (TIFF)'],
	['{\\rtf', 'a Rich Text document'],
	['\x1f\x8b', 'a compressed file (GZIP); unpack it first'],
	['Rar!', 'a compressed file (RAR); unpack it first'],
	['7z\xbc\xaf', 'a compressed file (7-Zip); unpack it first'],
	['\x09\x08\x10\0', 'an old Excel workbook (XLS)'],
	['\x09\x08\x08\0', 'an old Excel workbook (XLS)'],
];

const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';

/** Detects a file's kind by its content, not its name. @throws UnreadableFileError if it is neither */
export function fileKind(content: Buffer): 'zip' | 'text' {
	if (content.length === 0) throw new UnreadableFileError('The file is empty.');
	const start = content.toString('latin1', 0, 16);
	if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) return 'zip';
	if (start.startsWith(OLE)) throw oleRefusal(content);
	const known = MAGIC.find(([bytes]) => start.startsWith(bytes));
	if (known) throw new UnreadableFileError(`The file is ${known[1]}, not a spreadsheet. ${SAVE_AS}`);
	return 'text';
}

function oleRefusal(content: Buffer): UnreadableFileError {
	const names = (name: string): boolean => content.includes(Buffer.from(name, 'utf16le'));
	if (names('EncryptedPackage')) {
		return new UnreadableFileError(
			'The workbook is protected with a password. Save it without a password, as XLSX or CSV, and upload that.',
		);
	}
	const what = names('Workbook') || names('Book') ? 'an old Excel workbook (XLS)' : 'an old Office document';
	return new UnreadableFileError(`The file is ${what}. ${SAVE_AS}`);
}

/** Text formats that programs save under the name of a CSV or Excel file. */
const MARKUP: ReadonlyArray<[pattern: RegExp, what: string]> = [
	[/^<\?xml[\s\S]*urn:schemas-microsoft-com:office:spreadsheet/, 'an XML spreadsheet of Excel 2003'],
	[/^<\?xml[\s\S]*office:document/, 'an OpenDocument file in XML'],
	[/^<(?:!doctype|!--|html|head|body|meta|table|div|style|script)\b/i, 'a web page (HTML)'],
	[/^<\??[a-z][\w:.-]*[\s>?/]/i, 'an XML file'],
	[/^MIME-Version:/i, 'a web archive (MHTML)'],
	[/^ID;P/, 'a SYLK file'],
	[/^TABLE\s+0,1\s/, 'a DIF file'],
	[/^[[{]\s*["[{]/, 'a JSON file'],
];

/** Characters at the start of the text to check. */
const LOOKED_AT = 4_096;

/** @throws UnreadableFileError if a text is not a table of cells */
export function assertNoMarkup(text: string): void {
	const start = text.slice(0, LOOKED_AT).trimStart();
	const known = MARKUP.find(([pattern]) => pattern.test(start));
	if (known) throw new UnreadableFileError(`The file is ${known[1]}, not a CSV file. ${SAVE_AS}`);
	if (start === '' && text.trim() === '') throw new UnreadableFileError('The file is empty.');
	// eslint-disable-next-line no-control-regex -- control characters distinguish binary data from text
	const control = text.slice(0, LOOKED_AT).match(/[\0-\x08\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0;
	if (control > Math.min(text.length, LOOKED_AT) / 50) {
		throw new UnreadableFileError(
			`The file is neither an XLSX workbook nor text in UTF-8, Windows-1252 or UTF-16 with a byte order mark. ${SAVE_AS}`,
		);
	}
}
