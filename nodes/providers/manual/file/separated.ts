import { parse, type CastingContext, type CsvError, type Options } from 'csv-parse/sync';

import type { ColumnMap } from '../columns';
import type { Cell } from './cell';
import { decodeText, isDoubtful, type DecodedText } from './encoding';
import { readHeader } from './header';
import { assertNoMarkup } from './kind';
import { MAX_COLUMNS, MAX_LINE_TEXT, MAX_LINES, MAX_ROWS_ABOVE_HEADER } from './limits';
import { UnreadableFileError } from './unreadable-file';
import type { FileRow } from './row';
import { Table, type Upload } from './table';

/** Cell separators. `Detect` chooses one by the header. */
export const SEPARATORS = { Comma: ',', Semicolon: ';', Tab: '\t', 'Vertical Bar': '|' } as const;

type Separator = keyof typeof SEPARATORS;

export type SeparatorChoice = Separator | 'Detect';

/** Reads a CSV file in any supported encoding, with any line breaks. @throws UnreadableFileError */
export function readSeparated(content: Buffer, choice: SeparatorChoice, upload: Upload): void {
	const decoded = decodeText(content);
	assertNoMarkup(decoded.text);
	const { separator, how, start, line } = chooseSeparator(decoded.text, choice, upload.map);
	const table = new Table(upload);
	readLines(decoded, { separator, start, line }, table);
	if (table.trouble)
		throw new UnreadableFileError(`${table.trouble}${otherSeparator(decoded.text, separator, upload)}`);
	upload.report.kind = 'CSV';
	upload.report.notes.push(`CSV in ${decoded.encoding}, columns separated by ${NAMES[separator]} (${how}).`);
	if (decoded.encoding === 'Windows-1252') {
		upload.report.warnings.push(
			`The file is not UTF-8, so it was read as Windows-1252, the encoding of Excel on Windows. ${lettersToCheck(decoded.text)}`,
		);
	}
	table.tell();
}

const NAMES: Record<Separator, string> = {
	Comma: 'a comma',
	Semicolon: 'a semicolon',
	Tab: 'a tab',
	'Vertical Bar': 'a vertical bar',
};

interface ChosenSeparator {
	separator: Separator;
	/** How it was chosen, for the report. */
	how: string;
	/** Offset of the first line, after a line `sep=;`. */
	start: number;
	line: number;
}

function chooseSeparator(text: string, choice: SeparatorChoice, map: ColumnMap): ChosenSeparator {
	const stated = /^sep=(.)?[ \t]*(?:\r\n|\n|\r|$)/i.exec(text);
	const start = stated?.[0].length ?? 0;
	const line = stated ? 2 : 1;
	const named = (Object.keys(SEPARATORS) as Separator[]).find((name) => SEPARATORS[name] === stated?.[1]);
	if (named) return { separator: named, how: 'its line "sep=" says so', start, line };
	if (choice !== 'Detect') return { separator: choice, how: 'as chosen', start, line };
	return { separator: detectSeparator(text.slice(start), map), how: 'detected', start, line };
}

/** Chooses the separator that yields the most known columns in one of the first lines, then the most columns. */
function detectSeparator(text: string, map: ColumnMap): Separator {
	const scored = (Object.keys(SEPARATORS) as Separator[]).map((separator) => {
		const headers = firstLines(text, separator).map((cells) => readHeader(cells, map));
		const known = Math.max(0, ...headers.map(({ columns }) => columns.length));
		const all = Math.max(0, ...headers.map(({ named }) => named.size));
		return { separator, known, all };
	});
	scored.sort((one, other) => other.known - one.known || other.all - one.all);
	return scored[0]!.separator;
}

/** Characters at the start of the text that are used to detect the separator. */
const DETECTED_IN = 65_536;

function firstLines(text: string, separator: Separator): string[][] {
	const records: string[][] = [];
	const options = { ...buildOptions(separator), to: MAX_ROWS_ABOVE_HEADER };
	try {
		parse(text.slice(0, DETECTED_IN), {
			...options,
			on_record: (record: string[]) => void records.push(record),
		});
	} catch {
		// A quotation mark is not closed. The lines before it are used.
	}
	return records;
}

/** Suggests another separator if it would yield a header. */
function otherSeparator(text: string, separator: Separator, { map }: Upload): string {
	const better = detectSeparator(text, map);
	const header = firstLines(text, better).find((cells) => readHeader(cells, map).missing.length === 0);
	return better !== separator && header
		? ` With ${NAMES[better]} as the separator there is a header: choose that.`
		: '';
}

function buildOptions(separator: Separator) {
	return {
		delimiter: SEPARATORS[separator],
		record_delimiter: ['\r\n', '\n', '\r'],
		relax_column_count: true,
		relax_quotes: true,
		max_record_size: MAX_LINE_TEXT,
		cast: limitColumns,
	} satisfies Options;
}

/** The parser's own limit does not count empty cells: a line of commas would take hundreds of megabytes. */
function limitColumns(cell: string, { index }: CastingContext): string {
	if (index < MAX_COLUMNS) return cell;
	throw new TooManyColumns();
}

class TooManyColumns extends Error {}

interface Lines {
	separator: Separator;
	start: number;
	/** Number of the first line. */
	line: number;
}

/** Stops the parser early, which has no other way to do that. */
class Enough extends Error {}

function readLines(decoded: DecodedText, { separator, start, line: first }: Lines, table: Table): void {
	let line = first;
	const takeCells = (record: string[]): null => {
		const breaks = record.reduce((sum, cell) => sum + lineBreaks(cell), 0);
		table.take(line, record, findFault(record, { ...decoded, separator, line, breaks }));
		line += 1 + breaks;
		if (table.isHopeless) throw new Enough();
		if (line > MAX_LINES) throw tooManyLines();
		return null;
	};
	try {
		parse(decoded.text.slice(start), { ...buildOptions(separator), on_record: takeCells });
	} catch (error) {
		if (error instanceof UnreadableFileError) throw error;
		if (!(error instanceof Enough)) throw unreadable(error as CsvError, line);
	}
}

function tooManyLines(): UnreadableFileError {
	return new UnreadableFileError(
		`The file has more than ${MAX_LINES.toLocaleString('en')} lines. Delete empty lines, or split the file.`,
	);
}

function unreadable(error: CsvError | TooManyColumns, line: number): Error {
	if (error instanceof TooManyColumns) {
		return new UnreadableFileError(
			`Line ${line} has more than ${MAX_COLUMNS.toLocaleString('en')} columns. Correct the line. Nothing was loaded from the file.`,
		);
	}
	if (error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE') {
		return new UnreadableFileError(
			`Line ${line} does not end: it has a quotation mark that is not closed, or is longer than ${MAX_LINE_TEXT} characters. Correct the line. Nothing was loaded from the file.`,
		);
	}
	return error;
}

const lineBreaks = (cell: string): number =>
	cell.includes('\n') || cell.includes('\r') ? cell.match(/\r\n|\n|\r/g)!.length : 0;

interface ReadRecord {
	encoding: DecodedText['encoding'];
	separator: Separator;
	line: number;
	/** Number of line breaks within its cells. */
	breaks: number;
}

function findFault(record: Cell[], { encoding, separator, line, breaks }: ReadRecord): FileRow['fault'] {
	const cells = record as string[];
	if (breaks > 0 && cells.some((cell) => swallowsLines(cell, SEPARATORS[separator]))) {
		const message = `Lines ${line} to ${line + breaks} were read as one because a quotation mark in line ${line} is not closed there. Close or remove it. None of these lines was loaded.`;
		return { code: 'quote_not_closed', message };
	}
	if (encoding === 'Windows-1252' && cells.some(isDoubtful)) {
		const message =
			'Some characters of this line are not Windows-1252, although the file is not UTF-8. Save the file as "CSV UTF-8".';
		return { code: 'encoding', message };
	}
	return undefined;
}

/** Whether a cell contains whole lines of cells. A line break alone within a cell is fine. */
function swallowsLines(cell: string, separator: string): boolean {
	const lines = cell.split(/\r\n|\n|\r/);
	return lines.length > 1 && lines.slice(1).some((line) => line.includes(separator));
}

const MAX_WORDS = 5;
const MAX_WORD = 30;

/** Lists a few words that show a person whether the encoding is right. */
function lettersToCheck(text: string): string {
	const words = new Set<string>();
	for (const { index } of text.matchAll(/[^\0-\x7f]/g)) {
		words.add(extractWord(text, index));
		if (words.size >= MAX_WORDS) break;
	}
	return `Check these words: ${[...words].join(', ')}. If they are wrong, save the file as "CSV UTF-8" and upload it again.`;
}

function extractWord(text: string, index: number): string {
	const before = /(?<![\p{L}\p{N}])[\p{L}\p{N}]*$/u.exec(text.slice(Math.max(0, index - MAX_WORD), index));
	const after = /^[^\0-\x7f][\p{L}\p{N}]*/u.exec(text.slice(index, index + MAX_WORD));
	return `${before?.[0] ?? ''}${after?.[0] ?? ''}`;
}
