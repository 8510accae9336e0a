import type { Cell } from '../cell';
import { MAX_COLUMNS, MAX_LINE_TEXT, MAX_LINES } from '../limits';
import { damaged } from '../unreadable-file';
import type { Table } from '../table';
import type { Archive } from './archive';
import { TextCollector } from './shared-strings';
import { cellValue, type BookFacts, type RawCell } from './value';
import { parseXml, type Attributes } from './xml';

/** Reads a sheet's rows into a table. The sheet's stated range is not trusted. @returns the number of hidden rows */
export async function readSheet(
	archive: Archive,
	part: string,
	book: BookFacts,
	table: Table,
): Promise<number> {
	const reader = new SheetReader(book, table);
	await parseXml(archive.read(part), {
		open: (name, attributes) => reader.open(name, attributes),
		text: (piece) => reader.text(piece),
		close: (name) => reader.close(name),
		isDone: () => table.isHopeless,
	});
	return reader.hiddenRows;
}

class SheetReader {
	hiddenRows = 0;
	private line = 0;
	private cells: Cell[] = [];
	private column = -1;
	private cell: RawCell | undefined;
	private inValue = false;
	private inData = false;
	private isHidden = false;
	private readonly inline = new TextCollector();

	constructor(
		private readonly book: BookFacts,
		private readonly table: Table,
	) {}

	open(name: string, attributes: Attributes): void {
		if (name === 'sheetData') this.inData = true;
		if (!this.inData) return;
		if (name === 'row') this.openRow(attributes);
		else if (name === 'c') this.openCell(attributes);
		else if (!this.cell) return;
		else if (name === 'v') this.inValue = true;
		else if (name === 'f') this.cell.hasFormula = true;
		else this.inline.open(name);
	}

	text(piece: string): void {
		if (!this.cell) return;
		if (this.inValue) this.addValue(this.cell, piece);
		else this.inline.add(piece);
	}

	private addValue(cell: RawCell, piece: string): void {
		cell.value += piece;
		if (cell.value.length > MAX_LINE_TEXT) throw damaged('a cell has more text than Excel allows');
	}

	close(name: string): void {
		if (name === 'sheetData') this.inData = false;
		else if (name === 'v') this.inValue = false;
		else if (name === 'c' && this.cell) this.closeCell(this.cell);
		else if (name === 'row' && this.inData) this.closeRow();
		else if (this.cell) this.inline.close(name);
	}

	private openRow({ r, hidden }: Attributes): void {
		const line = r === undefined ? this.line + 1 : Number(r);
		// Programs differ in how they read unordered or duplicate rows.
		if (!Number.isInteger(line) || line <= this.line || line > MAX_LINES)
			throw damaged('its rows are not in order');
		this.line = line;
		this.cells = [];
		this.column = -1;
		this.isHidden = hidden === '1' || hidden === 'true';
	}

	private openCell({ r, t = 'n', s = '0' }: Attributes): void {
		const column = r === undefined ? this.column + 1 : parseColumn(r);
		if (column <= this.column || column >= MAX_COLUMNS) throw damaged('the cells of a row are not in order');
		this.column = column;
		this.inline.clear();
		this.cell = { type: t, style: Number(s), value: '', inline: '', hasFormula: false };
	}

	private closeCell(cell: RawCell): void {
		this.cell = undefined;
		const value = cellValue({ ...cell, inline: this.inline.value }, this.book);
		if (value !== '') this.cells[this.column] = value;
	}

	private closeRow(): void {
		if (this.isHidden && this.cells.length > 0 && this.table.header) this.hiddenRows++;
		this.table.take(this.line, this.cells);
	}
}

/** The index of the column in a reference such as `AB12`, from 0; -1 if it is not a reference. */
function parseColumn(reference: string): number {
	const [, letters] = /^([A-Z]{1,3})\d{1,7}$/i.exec(reference) ?? [];
	if (letters === undefined) return -1;
	return [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
