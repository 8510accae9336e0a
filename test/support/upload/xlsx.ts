import { zipOf, type ZipPart } from './zip';

/** A cell as a test writes it: a text, a number, or a number with its format; `xml` is taken as it is. */
export type TestCell =
	| string
	| number
	| null
	| { number: number | string; format: string }
	/** `YYYY-MM-DD`, written as the number that the workbook's date system gives it. */
	| { date: string; format?: string }
	| { xml: (reference: string) => string };

export interface TestSheet {
	name: string;
	state?: 'hidden' | 'veryHidden';
	rows: TestCell[][];
	/** What the sheet states of its own range. */
	dimension?: string;
	/** Numbers of rows that are hidden. */
	hiddenRows?: number[];
	/** Takes the place of `rows`: what stands in `sheetData`. */
	data?: string;
}

export interface TestBook {
	sheets: TestSheet[];
	is1904?: boolean;
	/** Whether texts are shared, as Excel writes them, or in their cells. */
	hasSharedStrings?: boolean;
	/** Takes the place of a part, or adds one. */
	parts?: ZipPart[];
	/** The prefix that all elements get, as some programs write them. */
	prefix?: string;
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

/** Writes an XLSX workbook by hand: nothing of it comes from the reader under test. */
export function xlsxOf(book: TestBook): Buffer {
	const shared: string[] = [];
	const formats: string[] = [];
	const sheets = book.sheets.map((sheet, index) => ({
		name: `xl/worksheets/sheet${index + 1}.xml`,
		content: sheetXml(sheet, book, shared, formats),
	}));
	const parts: ZipPart[] = [
		{ name: '[Content_Types].xml', content: `${DECLARATION}<Types/>` },
		{ name: '_rels/.rels', content: relations([['officeDocument', 'xl/workbook.xml']]) },
		{ name: 'xl/workbook.xml', content: workbookXml(book) },
		{
			name: 'xl/_rels/workbook.xml.rels',
			content: relations([
				...sheets.map((_, index) => ['worksheet', `worksheets/sheet${index + 1}.xml`] as [string, string]),
				['styles', 'styles.xml'],
				['sharedStrings', '/xl/sharedStrings.xml'],
			]),
		},
		{ name: 'xl/styles.xml', content: stylesXml(formats) },
		{
			name: 'xl/sharedStrings.xml',
			content: `${DECLARATION}<sst xmlns="${MAIN}">${shared.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')}</sst>`,
		},
		...sheets,
	];
	const replaced = new Map((book.parts ?? []).map((part) => [part.name, part]));
	const all = parts.map((part) => replaced.get(part.name) ?? part);
	return zipOf([
		...all,
		...(book.parts ?? []).filter(({ name }) => !parts.some((part) => part.name === name)),
	]);
}

const relations = (list: Array<[type: string, target: string]>): string =>
	`${DECLARATION}<Relationships xmlns="${PACKAGE}">${list
		.map(
			([type, target], index) =>
				`<Relationship Id="rId${index + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`,
		)
		.join('')}</Relationships>`;

function workbookXml({ sheets, is1904 }: TestBook): string {
	const list = sheets.map(
		({ name, state }, index) =>
			`<sheet name="${escaped(name)}" sheetId="${index + 1}" ${state ? `state="${state}"` : ''} r:id="rId${index + 1}"/>`,
	);
	return `${DECLARATION}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${is1904 ? ' date1904="1"' : ''}/><sheets>${list.join('')}</sheets></workbook>`;
}

function stylesXml(formats: string[]): string {
	const codes = formats.map(
		(code, index) => `<numFmt numFmtId="${164 + index}" formatCode="${escaped(code)}"/>`,
	);
	const styles = formats.map((_, index) => `<xf numFmtId="${164 + index}" applyNumberFormat="1"/>`);
	return `${DECLARATION}<styleSheet xmlns="${MAIN}"><numFmts>${codes.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${styles.join('')}</cellXfs></styleSheet>`;
}

function sheetXml(sheet: TestSheet, book: TestBook, shared: string[], formats: string[]): string {
	const data = sheet.data ?? sheet.rows.map((cells, row) => rowXml(cells, row + 1)).join('');
	const dimension = sheet.dimension ? `<dimension ref="${sheet.dimension}"/>` : '';
	const xml = `<worksheet xmlns="${MAIN}">${dimension}<sheetData>${data}</sheetData></worksheet>`;
	return DECLARATION + (book.prefix ? prefixed(xml, book.prefix) : xml);

	function rowXml(cells: TestCell[], row: number): string {
		const hidden = sheet.hiddenRows?.includes(row) ? ' hidden="1"' : '';
		return `<row r="${row}"${hidden}>${cells.map((cell, column) => cellXml(cell, `${letters(column)}${row}`)).join('')}</row>`;
	}

	function cellXml(cell: TestCell, reference: string): string {
		if (cell === null || cell === '') return '';
		if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
		if (typeof cell === 'string') return textXml(cell, reference);
		if ('xml' in cell) return cell.xml(reference);
		const [number, format] =
			'date' in cell
				? [serialOf(cell.date, book.is1904), cell.format ?? 'dd/mm/yyyy']
				: [cell.number, cell.format];
		return `<c r="${reference}" s="${1 + placeIn(formats, format)}"><v>${number}</v></c>`;
	}

	function textXml(text: string, reference: string): string {
		if (book.hasSharedStrings !== false) {
			return `<c r="${reference}" t="s"><v>${placeIn(shared, text)}</v></c>`;
		}
		return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
	}
}

function placeIn(list: string[], value: string): number {
	const place = list.indexOf(value);
	return place >= 0 ? place : list.push(value) - 1;
}

const prefixed = (xml: string, prefix: string): string =>
	xml.replace(/<(\/?)(?=\w)/g, `<$1${prefix}:`).replace(' xmlns=', ` xmlns:${prefix}=`);

/** Days since the beginning of the workbook's date system. */
function serialOf(date: string, is1904 = false): number {
	const start = Date.parse(is1904 ? '1904-01-01' : '1899-12-30');
	return (Date.parse(date.length > 10 ? `${date}Z` : date) - start) / 86_400_000;
}

/** `A` for 0, `AB` for 27. */
function letters(column: number): string {
	const last = String.fromCharCode(65 + (column % 26));
	return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last;
}

const escaped = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll('\r', '&#13;');
