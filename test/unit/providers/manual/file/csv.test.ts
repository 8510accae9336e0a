import { describe, expect, it } from '@jest/globals';

import { refusalOf, uploadedFile } from '../../../../support/upload/uploaded';
import { xlsxOf } from '../../../../support/upload/xlsx';
import { zipOf } from '../../../../support/upload/zip';

const HEADER = 'Client ID,Metric,Value,Date';
const A = 'A | V | 1 |  | 2026-06-30';
const B = 'B | V | 2 |  | 2026-06-30';
const lineA = 'A,V,1,2026-06-30';
const lineB = 'B,V,2,2026-06-30';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A file as Excel's "Unicode Text" has it. */
const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');

const utf32 = (text: string): Buffer =>
	Buffer.concat(
		[...`\uFEFF${text}`]
			.map((letter) => utf16(letter).subarray(2))
			.map((two) => Buffer.concat([two, Buffer.alloc(2)])),
	);

const GERMAN =
	'Client,Metric,Value,Date\r\nMüller GmbH,Umsatz,100,2026-06-30\r\nMöller GmbH,Umsatz,250,2026-06-30\r\n';
const GERMAN_LINES = [
	'Müller GmbH | Umsatz | 100 |  | 2026-06-30',
	'Möller GmbH | Umsatz | 250 |  | 2026-06-30',
];

describe('the encoding of a CSV file', () => {
	it.each([
		['UTF-8', Buffer.from(GERMAN)],
		['UTF-8', Buffer.from(`\uFEFF${GERMAN}`)],
		['Windows-1252', latin1(GERMAN)],
		['UTF-16', utf16(GERMAN)],
		['UTF-16', utf16(GERMAN).swap16()],
		['UTF-16', utf16(GERMAN.replaceAll(',', '\t'))],
	])('is found out and said: %s', async (encoding, content) => {
		const { lines, rejected, report } = await uploadedFile(content);
		expect(lines).toEqual(GERMAN_LINES);
		expect(rejected).toEqual([]);
		expect(report.notes.join()).toContain(`CSV in ${encoding}`);
		expect(report.warnings).toHaveLength(encoding === 'Windows-1252' ? 1 : 0);
	});

	it('shows words by which a person can judge a guessed encoding', async () => {
		const macRoman = latin1(GERMAN.replace('ü', '\x9f').replace('ö', '\x9a'));
		const { report } = await uploadedFile(macRoman);
		expect(report.warnings[0]).toContain('Check these words: MŸller, Mšller');
	});

	it.each([
		['a letter that was lost before', Buffer.from(GERMAN.replace('ü', '\uFFFD'))],
		['a byte that Windows-1252 has not', latin1(GERMAN.replace('ü', '\x81'))],
		['UTF-8 beside Windows-1252', Buffer.concat([latin1(GERMAN), Buffer.from('Zürich,Umsatz,1,2026-06-30')])],
	])('leaves no wrong client where there is %s', async (_what, content) => {
		const { lines, rejected } = await uploadedFile(content);
		expect(rejected.map((one) => one.replace(/^\d+: /, ''))).toEqual(['encoding']);
		expect(lines.filter((line) => !GERMAN_LINES.includes(line))).toEqual([]);
	});

	it.each([
		['UTF-16 without its mark', utf16(GERMAN).subarray(2)],
		['UTF-16 that is cut off', utf16(GERMAN).subarray(0, 101)],
		['UTF-32', utf32(GERMAN)],
		['nothing', Buffer.alloc(0)],
		['a mark and nothing else', Buffer.from('\uFEFF')],
		['blank lines', Buffer.from('\r\n \r\n')],
	])('is refused in words where the file is %s', async (_what, content) => {
		expect(await refusalOf(content)).toMatch(/^The file is /);
	});
});

describe('the lines of a CSV file', () => {
	it.each(['\r\n', '\n', '\r'])('may end with %j', async (end) => {
		for (const last of ['', end]) {
			expect((await uploadedFile([HEADER, lineA, lineB].join(end) + last)).lines).toEqual([A, B]);
		}
	});

	it('may end each in its own way', async () => {
		const { lines, rejected } = await uploadedFile(`${HEADER}\r\n${lineA}\n${lineB}\rC,V,x,2026-06-30\r\n`);
		expect(lines).toEqual([A, B]);
		expect(rejected).toEqual(['4: not_a_number']);
	});

	it('may lack empty cells at their end', async () => {
		const rows = Array.from({ length: 20 }, (_, i) => `C${i + 1},V,${i + 1},2026-06-30${i < 15 ? ',' : ''}`);
		const { lines, rejected } = await uploadedFile([`${HEADER},Unit`, ...rows, ''].join('\r\n'));
		expect(lines).toHaveLength(20);
		expect(rejected).toEqual([]);
	});

	it('are all read where one of a thousand is a cell short', async () => {
		const rows = Array.from({ length: 1_000 }, (_, i) => `C${i + 1},V,${i + 1},2026-06-30,AUD`);
		rows[10] = 'C11,V,11,2026-06-30';
		const { lines, rejected } = await uploadedFile([`${HEADER},Unit`, ...rows, ''].join('\n'));
		expect(lines).toHaveLength(1_000);
		expect(lines[10]).toBe('C11 | V | 11 |  | 2026-06-30');
		expect(rejected).toEqual([]);
	});

	it('rejects only the lines with a cell too many, with their numbers', async () => {
		const { lines, rejected, reasons } = await uploadedFile(
			[HEADER, 'Bakery, Inc,V,1,2026-06-30', lineA, 'B,V,1,5,2026-06-30', `${lineB},,`].join('\n'),
		);
		expect(lines).toEqual([A, B]);
		expect(rejected).toEqual(['2: too_many_cells', '4: too_many_cells']);
		expect(reasons[0]).toContain('5 cells, but the header has 4 columns');
	});

	it('are counted by those of the text, also where a cell has several', async () => {
		const content = `${HEADER}\r\n"A\r\nB",V,1,2026-06-30\r\n\r\nC,V,x,2026-06-30\r\n`;
		const { lines, rejected, report } = await uploadedFile(content);
		expect(lines).toEqual(['A\r\nB | V | 1 |  | 2026-06-30']);
		expect(rejected).toEqual(['5: not_a_number']);
		expect(report.empty).toBe(1);
	});

	it.each([
		['a quotation mark that is never closed', [lineA, 'B,"V,2,2026-06-30', 'C,V,3,2026-06-30']],
		['a line of two megabytes', [lineA, `B,${'x'.repeat(2_000_000)},2,2026-06-30`]],
	])('make no part of a file pass for it where there is %s', async (_what, rows) => {
		expect(await refusalOf([HEADER, ...rows].join('\n'))).toMatch(/^Line 3 does not end/);
	});

	it('are rejected where a quotation mark made one of several', async () => {
		const { lines, rejected, reasons } = await uploadedFile(
			[HEADER, lineA, 'B,"V,2,2026-06-30', 'C,V,3,2026-06-30', 'D,"X",4,2026-06-30', lineB].join('\n'),
		);
		expect(lines).toEqual([A, B]);
		expect(rejected).toEqual(['3: quote_not_closed']);
		expect(reasons[0]).toContain('Lines 3 to 5');
	});

	it('may have quotation marks within a cell', async () => {
		const { lines } = await uploadedFile(
			[HEADER, 'A,5" pipe,1,2026-06-30', '"B ""x""",V,2,2026-06-30'].join('\n'),
		);
		expect(lines).toEqual(['A | 5" pipe | 1 |  | 2026-06-30', 'B "x" | V | 2 |  | 2026-06-30']);
	});

	it('rejects a line with a cell of 33,000 characters, and does not keep all of it', async () => {
		const { rejected } = await uploadedFile([HEADER, `A,${'x'.repeat(33_000)},1,2026-06-30`].join('\n'));
		expect(rejected).toEqual(['2: text_too_long']);
	});

	it('are rejected beyond 100,000', async () => {
		const rows = Array.from({ length: 100_001 }, () => lineA);
		expect(await refusalOf([HEADER, ...rows].join('\n'))).toMatch(/more than 100,000 rows/);
	});
});

describe('the separator of a CSV file', () => {
	it.each([
		[',', 'a comma'],
		[';', 'a semicolon'],
		['\t', 'a tab'],
		['|', 'a vertical bar'],
	])('%j is detected and said', async (separator, name) => {
		const { lines, report } = await uploadedFile([HEADER, lineA].join('\n').replaceAll(',', separator));
		expect(lines).toEqual([A]);
		expect(report.notes.join()).toContain(`${name} (detected)`);
	});

	it('is detected by the header, whatever else stands in the lines', async () => {
		const rows = ['Client ID;Metric;Value;Date', 'A, B, C, D, E;V, W;1,5;2026-06-30'];
		const { lines } = await uploadedFile(rows.join('\n'), { numberFormat: '1.234,56' });
		expect(lines).toEqual(['A, B, C, D, E | V, W | 1.5 |  | 2026-06-30']);
	});

	it.each(['sep=;\r\n', 'SEP=;\n', 'sep=; \r'])('is what the line %j says', async (first) => {
		const { lines, rejected, report } = await uploadedFile(
			`${first}Client;Metric;Value;Date\r\nA;V;1;2026-06-30\r\nB;V;x;2026-06-30\r\n`,
			{ separator: 'Comma' },
		);
		expect(lines).toEqual([A]);
		expect(rejected).toEqual(['4: not_a_number']);
		expect(report.notes.join()).toContain('its line "sep=" says so');
	});

	it('names the right separator when a wrong one was chosen', async () => {
		const refusal = await refusalOf([HEADER, lineA].join('\n').replaceAll(',', ';'), { separator: 'Comma' });
		expect(refusal).toMatch(/With a semicolon as the separator there is a header: choose that\.$/);
	});
});

describe('the header of a CSV file', () => {
	it.each([
		['Client ID,Metric,Value,Value,Date', 'Value (column C) and Value (column D)'],
		['Client ID,Metric,Value,Date, VALUE ', 'Value (column C) and VALUE (column E)'],
		['Client ID,Metric,Value,Date,Betrag', 'Value (column C) and Betrag (column E)'],
		['Client ID,client-id,Metric,Value,Date', 'Client ID (column A) and client-id (column B)'],
		['Client ID,Metric,KPI,Value,Date', 'Metric (column B) and KPI (column C)'],
		['Client ID,Metric,Value,Date,As Of', 'Date (column D) and As Of (column E)'],
		['Client ID,Metric,Value,Date,Unit,Unit', 'Unit (column E) and Unit (column F)'],
	])('is rejected with two columns for one thing: %s', async (header, columns) => {
		expect(await refusalOf(`${header}\nA,V,1,99,2026-06-30,x\n`)).toContain(columns);
	});

	it('may name other columns, also twice, and leave some without a name', async () => {
		const { lines, rejected, report } = await uploadedFile(
			'Client,Metric,Value,Date,,Note,Note,Value_1\nA,V,1,2026-06-30,,x,y,7\n',
		);
		expect(lines).toEqual([A]);
		expect(rejected).toEqual([]);
		expect(report.warnings).toEqual(['Unknown columns were not read: "Note", "Note", "Value_1".']);
	});

	it('is not there: that is said with what there is', async () => {
		expect(await refusalOf('Colour,Size\nred,9\n')).toBe(
			'There is no header row: no column for a client (Client ID or Client Name), a metric (Metric), a value (Value), a date (Date). Found: "Colour", "Size".',
		);
	});

	it('may have a title above it', async () => {
		const { lines, report } = await uploadedFile(`Monthly KPI report\n\n${HEADER}\n${lineA}\n`);
		expect(lines).toEqual([A]);
		expect(report.warnings).toEqual(['Not read: row 1, above the header.']);
	});

	it('is nothing to load when it is alone', async () => {
		expect(await refusalOf(`${HEADER}\r\n`)).toMatch(/^There are no rows below the header/);
	});
});

describe('all that is wrong with a row', () => {
	it('is said at once', async () => {
		const { rejected, reasons } = await uploadedFile(`${HEADER}\n,V,thirteen,30/6/26\n`);
		expect(rejected).toEqual(['2: client_missing']);
		expect(reasons[0]).toBe(
			'There is no client: the cell is empty. Fill it in. "thirteen" is not a number in the format 1,234.56. Correct the cell. "30/6/26" is not a date in the format YYYY-MM-DD. Write the year with four digits.',
		);
	});
});

describe('a file under another name', () => {
	const header = 'Client ID;Metric;Value;Date\n';

	it('is read by its content', async () => {
		const german = { numberFormat: '1.234,56', dateFormat: 'DD.MM.YYYY' } as const;
		const { lines } = await uploadedFile(`${header}A;V;334.327,57;03.04.2026\nC;V;12,5;30.06.2026\n`, german);
		expect(lines).toEqual(['A | V | 334327.57 |  | 2026-04-03', 'C | V | 12.5 |  | 2026-06-30']);
		const days = await uploadedFile(`${HEADER}\nA,V,12,03/04/2026\n`, { dateFormat: 'DD/MM/YYYY' });
		expect(days.lines).toEqual(['A | V | 12 |  | 2026-04-03']);
	});

	const ole = (name: string): Buffer =>
		Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(512), Buffer.from(name, 'utf16le')]);
	const zip = (...names: string[]): Buffer => zipOf(names.map((name) => ({ name, content: '<x/>' })));

	it.each([
		['an old Excel workbook (XLS)', ole('Workbook')],
		['protected with a password', ole('EncryptedPackage')],
		['an old Office document', ole('WordDocument')],
		['an OpenDocument file (ODS)', zip('mimetype', 'content.xml')],
		['a Word document', zip('[Content_Types].xml', 'word/document.xml')],
		['a binary Excel workbook (XLSB)', zip('[Content_Types].xml', 'xl/workbook.bin')],
		['Apple Numbers', zip('Index/Document.iwa')],
		['a ZIP file, not a workbook', zip('metrics.csv')],
		['a ZIP file, not a workbook', zipOf([])],
		['a PDF document', Buffer.from('%PDF-1.7\n')],
		['a picture (PNG)', Buffer.from('\x89PNG\r\n', 'latin1')],
		['a web page (HTML)', Buffer.from('\uFEFF\r\n<html><table><tr><td>1.234,5</td></tr></table></html>')],
		['a web page (HTML)', utf16('<TABLE border=1>')],
		[
			'an XML spreadsheet of Excel 2003',
			Buffer.from('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'),
		],
		['a web archive (MHTML)', Buffer.from('MIME-Version: 1.0\r\n')],
		['a JSON file', Buffer.from('[{"Client ID":"A"}]')],
		['a compressed file (GZIP)', Buffer.from([0x1f, 0x8b, 8, 0])],
	])('is told apart and refused in words: %s', async (what, content) => {
		const refusal = await refusalOf(content);
		expect(refusal).toContain(what);
		expect(refusal).toMatch(/as XLSX or CSV|unpack it/);
	});

	it.each([
		['cut off', xlsxOf({ sheets: [{ name: 'S', rows: [['Client ID']] }] }).subarray(0, 700)],
		['nothing but the beginning of one', Buffer.from('PK\x03\x04 broken')],
	])('is refused in words where it is a workbook that is %s', async (_what, content) => {
		expect(await refusalOf(content)).toMatch(/^The workbook is damaged: .*save it again as XLSX or CSV\.$/);
	});
});
