import { quoteNames, Table, type Upload } from '../table';
import { damaged, UnreadableFileError } from '../unreadable-file';
import { Archive } from './archive';
import { findParts, type SheetPart } from './parts';
import { readSharedStrings } from './shared-strings';
import { readSheet } from './sheet';
import { Styles } from './styles';
import type { BookFacts } from './value';

/** Reads all visible sheets of an XLSX workbook that have the columns, and reports the others. @throws UnreadableFileError */
export async function readWorkbook(content: Buffer, upload: Upload): Promise<void> {
	const archive = await Archive.open(content);
	const { sheets, is1904, ...parts } = await findParts(archive);
	const styles = await Styles.read(archive, parts.styles);
	const strings = await readSharedStrings(archive, parts.strings);
	const visible = sheets.filter(({ isHidden }) => !isHidden);
	if (sheets.length === 0) throw damaged('it has no sheets');
	if (visible.length === 0) {
		throw new UnreadableFileError('All sheets of the workbook are hidden. Unhide the sheet to load.');
	}
	upload.report.kind = 'XLSX';
	const { read, troubles } = await readSheets(archive, visible, { styles, strings, is1904 }, upload);
	if (read.length === 0) throw new UnreadableFileError(troubles.join(' '));
	tellSheets(sheets, read, troubles, is1904, upload);
}

async function readSheets(archive: Archive, sheets: SheetPart[], book: BookFacts, upload: Upload) {
	const read: string[] = [];
	const troubles: string[] = [];
	for (const { name, part } of sheets) {
		if (part === undefined) {
			troubles.push(`Sheet "${name}": It is a chart or macro sheet.`);
			continue;
		}
		const table = new Table(upload, name);
		const hidden = await readSheet(archive, part, book, table);
		if (table.trouble) {
			troubles.push(table.trouble);
			continue;
		}
		read.push(name);
		table.tell();
		if (hidden > 0) upload.report.warnings.push(`Sheet "${name}": ${hidden} hidden rows were read too.`);
	}
	return { read, troubles };
}

function tellSheets(
	sheets: SheetPart[],
	read: string[],
	troubles: string[],
	is1904: boolean,
	{ report }: Upload,
): void {
	const days = is1904 ? ' Its dates count from 1904, as set in the workbook.' : '';
	report.notes.push(`XLSX workbook, ${read.length === 1 ? 'sheet' : 'sheets'} ${quoteNames(read)}.${days}`);
	const hidden = sheets.filter(({ isHidden }) => isHidden).map(({ name }) => name);
	if (hidden.length > 0) report.warnings.push(`Hidden sheets were not read: ${quoteNames(hidden)}.`);
	for (const trouble of troubles) report.warnings.push(`Not read: ${trouble}`);
}
