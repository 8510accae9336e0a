import { describe, expect, it } from '@jest/globals';

import { refusalOf, uploadedFile } from '../../../../support/upload/uploaded';
import { xlsxOf, type TestBook, type TestCell, type TestSheet } from '../../../../support/upload/xlsx';

const HEADER = ['Client ID', 'Metric', 'Value', 'Date'];

const june = { date: '2026-06-30' };

const sheet = (name: string, rows: TestCell[][], more: Partial<TestSheet> = {}): TestSheet => ({
	name,
	rows,
	...more,
});

const book = (rows: TestCell[][], more: Partial<TestBook> = {}): Buffer =>
	xlsxOf({ sheets: [sheet('KPI', rows)], ...more });

/** What a single row under the usual header, and Unit, becomes. */
async function oneRow(cells: TestCell[], more: Partial<TestBook> = {}): Promise<string> {
	const { lines, rejected } = await uploadedFile(book([[...HEADER, 'Unit'], cells], more));
	return [...lines, ...rejected].join();
}

describe('the dates of a workbook', () => {
	it.each([false, true])(
		'are those that it shows, whether its days count from 1904 or not: %s',
		async (is1904) => {
			const content = book([HEADER, ['A', 'V', 12.5, june], ['B', 'V', 3, { date: '2026-07-31' }]], {
				is1904,
			});
			const { lines, report } = await uploadedFile(content);
			expect(lines).toEqual(['A | V | 12.5 |  | 2026-06-30', 'B | V | 3 |  | 2026-07-31']);
			expect(report.notes.join().includes('1904')).toBe(is1904);
		},
	);

	it.each([
		'dd/mm/yyyy',
		'm/d/yy',
		'[$-C07]d. mmmm yyyy;@',
		'"am" dd\\.mm\\.yyyy',
		'yyyy"年"m"月"d"日"',
		'mmm yy',
		'[Red]ddd',
		'yyyy-mm-dd hh:mm',
		'[$-F800]dddd, mmmm dd, yyyy',
	])('are told by the format %s', async (format) => {
		expect(await oneRow(['A', 'V', 1, { date: '2026-06-30', format }])).toBe('A | V | 1 |  | 2026-06-30');
	});

	it.each([
		'General',
		'0',
		'#,##0.00',
		'"day" 0',
		'[Red]0',
		'0.00E+00',
		'@',
		'_-* #,##0_-',
		'$#,##0',
		'0\\d',
	])('are none where the format is %s', async (format) => {
		expect(await oneRow(['A', 'V', 1, { number: 46203, format }])).toBe('KPI 2: not_a_date');
	});

	it('recognises dates by built-in formats', async () => {
		for (const id of [14, 15, 16, 17, 22]) {
			const styles = {
				name: 'xl/styles.xml',
				content: `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="${id}"/></cellXfs></styleSheet>`,
			};
			const cell = { xml: (at: string) => `<c r="${at}" s="1"><v>46203</v></c>` };
			expect(await oneRow(['A', 'V', 1, cell], { parts: [styles] })).toBe('A | V | 1 |  | 2026-06-30');
		}
	});

	it.each([
		[{ date: '2026-06-30T14:30:00' }, 'KPI 2: not_a_date'],
		[{ number: '46203.0000000001', format: 'dd/mm/yyyy' }, 'A | V | 1 |  | 2026-06-30'],
		[{ number: 60, format: 'dd/mm/yyyy' }, 'KPI 2: date_missing'],
		[{ number: -1, format: 'dd/mm/yyyy' }, 'KPI 2: date_missing'],
		[{ number: 1e12, format: 'dd/mm/yyyy' }, 'KPI 2: date_missing'],
		[{ number: 0.5, format: 'hh:mm' }, 'KPI 2: not_a_date'],
		[{ number: 0.5, format: '0%' }, 'KPI 2: not_a_date'],
		['2026-06-30', 'A | V | 1 |  | 2026-06-30'],
		['2026-06-30T00:00:00+10:00', 'A | V | 1 |  | 2026-06-30'],
		['30/06/2026', 'KPI 2: not_a_date'],
		[
			{ xml: (at: string) => `<c r="${at}" t="d"><v>2026-06-30T00:00:00Z</v></c>` },
			'A | V | 1 |  | 2026-06-30',
		],
		[{ xml: (at: string) => `<c r="${at}" t="e"><v>#N/A</v></c>` }, 'KPI 2: date_missing'],
	] as Array<[TestCell, string]>)('are read from the format %j as %s', async (cell, expected) => {
		expect(await oneRow(['A', 'V', 1, cell])).toBe(expected);
	});
});

describe('the values of a workbook', () => {
	it.each([
		[{ number: 0.125, format: '0.0%' }, '%', 'A | V | 12.5 | % | 2026-06-30'],
		[{ number: 0.125, format: '0.0%' }, '', 'A | V | 12.5 | % | 2026-06-30'],
		[{ number: 0.125, format: '0.0%;[Red]-0.0%' }, 'percent', 'A | V | 12.5 | percent | 2026-06-30'],
		[{ number: 0.07, format: '0%' }, '%', 'A | V | 7 | % | 2026-06-30'],
		[{ number: 0.125, format: '0.0%' }, 'AUD', 'KPI 2: percent_unit'],
		[{ number: 0.125, format: '0.000"%"' }, '%', 'A | V | 0.125 | % | 2026-06-30'],
		[0.125, '%', 'A | V | 0.125 | % | 2026-06-30'],
		['12.5%', '%', 'A | V | 12.5 | % | 2026-06-30'],
		['12.5%', 'AUD', 'KPI 2: percent_unit'],
		[june, '', 'KPI 2: not_a_number'],
		[{ number: 0.0625, format: '[h]:mm' }, '', 'KPI 2: not_a_number'],
		[{ number: '0.30000000000000004', format: '0.00' }, '', 'A | V | 0.3 |  | 2026-06-30'],
		[{ number: '2.6754499999999997', format: 'General' }, '', 'A | V | 2.6755 |  | 2026-06-30'],
		[{ number: '5.0000000000000002E-5', format: 'General' }, '', 'A | V | 0.0001 |  | 2026-06-30'],
		[{ number: 1234.5, format: '[$€-407] #,##0.00' }, 'EUR', 'A | V | 1234.5 | EUR | 2026-06-30'],
		['1,234.5', '', 'A | V | 1234.5 |  | 2026-06-30'],
		[{ xml: (at: string) => `<c r="${at}" t="e"><v>#DIV/0!</v></c>` }, '', 'KPI 2: value_missing'],
		[{ xml: (at: string) => `<c r="${at}" t="b"><v>1</v></c>` }, '', 'KPI 2: not_a_number'],
		[{ xml: (at: string) => `<c r="${at}"><f>1+1</f><v>2</v></c>` }, '', 'A | V | 2 |  | 2026-06-30'],
		[{ xml: (at: string) => `<c r="${at}"><f>1+1</f></c>` }, '', 'KPI 2: value_missing'],
		[{ xml: (at: string) => `<c r="${at}" t="str"><f>"x"</f><v>3</v></c>` }, '', 'A | V | 3 |  | 2026-06-30'],
		[{ xml: (at: string) => `<c r="${at}"><v> </v></c>` }, '', 'KPI 2: value_missing'],
		[{ xml: (at: string) => `<c r="${at}"><v>0x10</v></c>` }, '', 'KPI 2: not_a_number'],
	] as Array<[TestCell, string, string]>)(
		'are read from the format %j with the unit "%s" as %s',
		async (cell, unit, expected) => {
			expect(await oneRow(['A', 'V', cell, june, unit])).toBe(expected);
		},
	);
});

describe('the texts of a workbook', () => {
	it.each([
		[{ number: 123, format: '00000' }, '00123 | V | 1 |  | 2026-06-30'],
		[123, '123 | V | 1 |  | 2026-06-30'],
		[{ number: '1.2345678901234501E16', format: '0' }, 'KPI 2: not_a_text'],
		[june, 'KPI 2: not_a_text'],
		[{ xml: (at: string) => `<c r="${at}" t="e"><v>#REF!</v></c>` }, 'KPI 2: client_missing'],
		[
			{
				xml: (at: string) =>
					`<c r="${at}" t="inlineStr"><is><r><t>Ac</t></r><r><t>me</t></r><rPh><t>x</t></rPh></is></c>`,
			},
			'Acme | V | 1 |  | 2026-06-30',
		],
		['a_x000D_b & <c>', 'a\rb & <c> | V | 1 |  | 2026-06-30'],
		['Z\uFFFDrich', 'KPI 2: encoding'],
	] as Array<[TestCell, string]>)('are read from %j as %s', async (cell, expected) => {
		expect(await oneRow([cell, 'V', 1, june])).toBe(expected);
	});

	it('are read where they are in their cells, and where elements have a prefix', async () => {
		for (const more of [
			{ hasSharedStrings: false },
			{ prefix: 'x' },
			{ prefix: 'x', hasSharedStrings: false },
		]) {
			expect(await oneRow(['Süß & Co', 'V', 1, june], more)).toBe('Süß & Co | V | 1 |  | 2026-06-30');
		}
	});

	it('reads the text of merged cells from the first of them', async () => {
		const { lines, rejected } = await uploadedFile(
			book([HEADER, ['A', 'V', 1, june], [null, 'W', 2, june], [null, 'X', 3, june]]),
		);
		expect(lines).toEqual(['A | V | 1 |  | 2026-06-30']);
		expect(rejected).toEqual(['KPI 3: client_missing', 'KPI 4: client_missing']);
	});
});

describe('the sheets of a workbook', () => {
	const row = (value: number, day = june): TestCell[] => ['A', 'V', value, day];

	it.each(['hidden', 'veryHidden'] as const)(
		'are not read where they are %s, and that is said',
		async (state) => {
			const content = xlsxOf({
				sheets: [
					sheet('Old 2024', [HEADER, row(999, { date: '2024-06-30' })], { state }),
					sheet('KPI', [HEADER, row(1)]),
				],
			});
			const { lines, report } = await uploadedFile(content);
			expect(lines).toEqual(['A | V | 1 |  | 2026-06-30']);
			expect(report.warnings).toEqual(['Hidden sheets were not read: "Old 2024".']);
		},
	);

	it('are all read that have the columns', async () => {
		const days = ['2026-01-28', '2026-02-28', '2026-03-28'];
		const sheets = days.map((date, index) => sheet(`M${index}`, [HEADER, row(index + 1, { date })]));
		const { lines, report } = await uploadedFile(xlsxOf({ sheets }));
		expect(lines).toEqual(days.map((day, index) => `A | V | ${index + 1} |  | ${day}`));
		expect(report.notes).toEqual(['XLSX workbook, sheets "M0", "M1", "M2".']);
		expect(report.warnings).toEqual([]);
	});

	it('are named where they have not the columns', async () => {
		const content = xlsxOf({
			sheets: [sheet('Read me', [['Please fill in the next sheet']]), sheet('KPI', [HEADER, row(1)])],
		});
		const { lines, report } = await uploadedFile(content);
		expect(lines).toHaveLength(1);
		expect(report.warnings).toEqual([
			expect.stringMatching(/^Not read: Sheet "Read me": There is no header row/),
		]);
	});

	it('are refused with what each lacks where none has them', async () => {
		const content = xlsxOf({ sheets: [sheet('One', [['x']]), sheet('Two', [['Client ID', 'Value']])] });
		const refusal = await refusalOf(content);
		expect(refusal).toContain('Sheet "One": There is no header row');
		expect(refusal).toContain('no column for a metric (Metric), a date (Date). Found: "Client ID", "Value".');
	});

	it('are refused where all are hidden, or there is nothing below the header', async () => {
		expect(
			await refusalOf(xlsxOf({ sheets: [sheet('KPI', [HEADER, row(1)], { state: 'hidden' })] })),
		).toMatch(/All sheets of the workbook are hidden/);
		expect(await refusalOf(book([HEADER]))).toMatch(/There are no rows below the header/);
	});

	it('have their own range, whatever they state', async () => {
		for (const dimension of ['A1:XFD1048576', 'A1', 'A1:B1', 'nonsense']) {
			const content = xlsxOf({ sheets: [sheet('KPI', [HEADER, row(1)], { dimension })] });
			expect((await uploadedFile(content)).lines).toEqual(['A | V | 1 |  | 2026-06-30']);
		}
	});

	it('may have a title above the header and empty rows; hidden rows are read, and that is said', async () => {
		const rows = [['Monthly KPIs'], [], HEADER, row(1), [], row(2, { date: '2026-07-31' }), []];
		const { lines, report } = await uploadedFile(
			xlsxOf({ sheets: [sheet('KPI', rows, { hiddenRows: [6] })] }),
		);
		expect(lines).toHaveLength(2);
		expect(report.empty).toBe(1);
		expect(report.warnings).toEqual([
			'Sheet "KPI": Not read: row 1, above the header.',
			'Sheet "KPI": 1 hidden rows were read too.',
		]);
	});

	it('reads a sheet without the note beside its table, and says so', async () => {
		const { lines, report } = await uploadedFile(
			book([HEADER, [...row(1), null, 'note'], row(2, { date: '2026-07-31' })]),
		);
		expect(lines).toHaveLength(2);
		expect(report.warnings.join()).toMatch(/in columns without a name were not read: column F/);
	});

	it.each([
		[['Client ID', 'Metric', 'Value', 'Value', 'Date']],
		[['Client ID', 'Metric', 'Value', ' value ', 'Date']],
		[['Client ID', 'Metric', 'Value', 'AMOUNT', 'Date']],
		[['Client ID', 'Metric', 'Wert', 'Date', 'Betrag']],
	])('are rejected with two columns for one thing: %j', async (header) => {
		expect(await refusalOf(book([header, ['A', 'V', 1, 99, june]]))).toMatch(
			/could both be the value\. Rename or remove one\./,
		);
	});
});
