import { FIELD_LABELS, type ColumnMap } from '../columns';
import { isEmptyCell, shownText, type Cell } from './cell';
import { columnLetters, readHeader, type Header } from './header';
import { MAX_CELL_TEXT, MAX_ROW_TEXT, MAX_ROWS, MAX_ROWS_ABOVE_HEADER } from './limits';
import { UnreadableFileError } from './unreadable-file';
import { countCharacters, type FileReport, type FileRow, type RowSink } from './row';

/** Shared by all sheets of an upload. */
export interface Upload {
	map: ColumnMap;
	sink: RowSink;
	report: FileReport;
	/** Number of rows passed to the sink so far. */
	rows: number;
	/** Number of characters in their texts. */
	characters: number;
}

/** Finds the header in a stream of rows, and passes the rows below it to the upload's sink. */
export class Table {
	header: Header | undefined;
	/** Number of non-empty rows below the header. */
	rows = 0;
	/** The row most like a header, until one is found. */
	private candidate: Header | undefined;
	private above: number[] = [];
	private emptySince = 0;
	private readonly unnamed = new Set<number>();

	/** @param sheet its name, for a workbook */
	constructor(
		private readonly upload: Upload,
		private readonly sheet?: string,
	) {}

	/** Whether reading on is pointless, because there is no usable header. */
	get isHopeless(): boolean {
		return this.header ? this.header.twice.length > 0 : this.above.length >= MAX_ROWS_ABOVE_HEADER;
	}

	/** Adds the next row. @throws UnreadableFileError if there are too many rows */
	take(line: number, cells: Cell[], fault?: FileRow['fault']): void {
		if (cells.every(isEmptyCell)) this.emptySince++;
		else if (this.header) this.takeFilled(this.header, line, cells, fault);
		else this.takeAbove(line, cells);
	}

	private takeAbove(line: number, cells: Cell[]): void {
		this.emptySince = 0;
		const header = readHeader(cells, this.upload.map);
		if (header.missing.length === 0) this.header = header;
		else this.above.push(line);
		if (!this.candidate || header.columns.length > this.candidate.columns.length) this.candidate = header;
	}

	private takeFilled(header: Header, line: number, cells: Cell[], fault: FileRow['fault']): void {
		this.upload.report.empty += this.emptySince;
		this.emptySince = 0;
		this.rows++;
		if (++this.upload.rows > MAX_ROWS) {
			throw new UnreadableFileError(
				`The file has more than ${MAX_ROWS.toLocaleString('en')} rows. Split it into several files.`,
			);
		}
		const byName = Object.fromEntries(header.columns.map(({ index, name }) => [name, cells[index] ?? '']));
		this.pass({
			...(this.sheet !== undefined && { sheet: this.sheet }),
			line,
			cells: byName,
			fault: fault ?? this.unnamedFault(header, cells) ?? lengthFault(byName),
		});
	}

	private pass(row: FileRow): void {
		this.upload.characters += countCharacters(row);
		if (this.upload.characters > MAX_ROW_TEXT) {
			throw new UnreadableFileError(
				`The rows have more than ${MAX_ROW_TEXT / 1_048_576} million characters of text. Split the file into several files.`,
			);
		}
		this.upload.sink(row);
	}

	/** In a text file, an extra cell means that a value contains a separator; in a workbook, it is a note beside the table. */
	private unnamedFault({ named }: Header, cells: Cell[]): FileRow['fault'] {
		const extra = cells.findIndex((cell, index) => !named.has(index) && !isEmptyCell(cell));
		if (extra < 0) return undefined;
		if (this.sheet !== undefined) return void this.unnamed.add(extra);
		const count = cells.findLastIndex((cell) => !isEmptyCell(cell)) + 1;
		return {
			code: 'too_many_cells',
			message: `The line has a cell in column ${columnLetters(extra)} ("${shownText(cells[extra]).slice(0, 60)}"), where the header has no name: it has ${count} cells, but the header has ${named.size} columns. Put values that contain the separator in quotation marks, or give the column a name.`,
		};
	}

	/** Adds warnings about what was not read. Called once, at the end of the table. */
	tell(): void {
		const { header, unnamed } = this;
		if (!header) return;
		const warn = (text: string) => void this.upload.report.warnings.push(`${this.prefix}${text}`);
		if (this.above.length > 0) {
			warn(`Not read: ${lines(this.above)}, above the header.`);
		}
		if (header.unknown.length > 0) {
			warn(`Unknown columns were not read: ${quoteNames(header.unknown)}.`);
		}
		if (unnamed.size > 0) {
			warn(
				`Cells in columns without a name were not read: column ${[...unnamed].map(columnLetters).join(', ')}.`,
			);
		}
	}

	/** A sentence that explains why the table cannot be read; undefined if it can. */
	get trouble(): string | undefined {
		const twice = this.header?.twice[0];
		if (twice) {
			return `${this.prefix}The columns ${twice.columns.join(' and ')} could both be the ${FIELD_LABELS[twice.field]}. Rename or remove one.`;
		}
		if (this.header) return undefined;
		if (!this.candidate) return `${this.prefix}It is empty.`;
		const { missing, columns, unknown } = this.candidate;
		const found = [...columns.map(({ name }) => name), ...unknown];
		return `${this.prefix}There is no header row: no column for ${missing.join(', ')}. Found: ${quoteNames(found)}.`;
	}

	private get prefix(): string {
		return this.sheet === undefined ? '' : `Sheet "${this.sheet}": `;
	}
}

function lengthFault(cells: FileRow['cells']): FileRow['fault'] {
	for (const [name, cell] of Object.entries(cells)) {
		if (typeof cell !== 'string' || cell.length <= MAX_CELL_TEXT) continue;
		// A rejected row is stored, but not with a text of that length.
		cells[name] = `${cell.slice(0, 100)}…`;
		const message = `The cell under "${name}" has more than ${MAX_CELL_TEXT} characters. Shorten it.`;
		return { code: 'text_too_long', message };
	}
	return undefined;
}

const MAX_NAMED = 20;

/** Quotes names from a file, and shortens a long list. */
export function quoteNames(names: readonly string[]): string {
	const shown = names.slice(0, MAX_NAMED).map((name) => `"${name.slice(0, 60)}"`);
	return shown.join(', ') + (names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '');
}

const lines = (numbers: number[]): string =>
	numbers.length === 1 ? `row ${numbers[0]}` : `rows ${numbers[0]} to ${numbers.at(-1)}`;
