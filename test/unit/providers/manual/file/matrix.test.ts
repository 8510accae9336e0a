import { describe, expect, it } from '@jest/globals';

import { pairwise } from '../../../../support/expect/pairwise';
import { uploadedFile } from '../../../../support/upload/uploaded';
import { xlsxOf, type TestCell } from '../../../../support/upload/xlsx';

interface Metric {
	client: string;
	metric: string;
	/** Hundredths. */
	cents: number;
	unit: string;
	day: string;
}

const METRICS: Metric[] = [
	{ client: 'Müller & Söhne', metric: 'Umsatz', cents: 123_456_789, unit: 'AUD', day: '2026-06-30' },
	{ client: 'Café "Zoë"', metric: 'Besucher', cents: -50, unit: '', day: '2026-03-04' },
	{ client: 'Plain Pty Ltd', metric: 'Hours; billed, all', cents: 100_000, unit: 'h', day: '2024-02-29' },
	{ client: 'Ünal | Co', metric: 'Margin', cents: 1_234, unit: '%', day: '2026-12-01' },
];

const EXPECTED = METRICS.map(({ client, metric, cents, unit, day }) =>
	[client, metric, String(cents / 100), unit, day].join(' | '),
);

const NUMBERS = {
	'1,234.56': [',', '.'],
	'1.234,56': ['.', ','],
	'1 234,56': ['\u00a0', ','],
	"1'234.56": ["'", '.'],
} as const;

type NumberFormat = keyof typeof NUMBERS;

const DATES = {
	'YYYY-MM-DD': '$1-$2-$3',
	'DD/MM/YYYY': '$3/$2/$1',
	'MM/DD/YYYY': '$2/$3/$1',
	'DD.MM.YYYY': '$3.$2.$1',
} as const;

type DateFormat = keyof typeof DATES;

const HEADER = ['Client', 'Metric', 'Value', 'Unit', 'Date'];

function numberText(cents: number, format: NumberFormat): string {
	const [thousands, point] = NUMBERS[format];
	const [whole, decimals] = Math.abs(cents / 100)
		.toFixed(2)
		.split('.') as [string, string];
	return (cents < 0 ? '-' : '') + whole.replace(/\B(?=(\d{3})+$)/g, thousands) + point + decimals;
}

const dayText = (day: string, format: DateFormat): string => day.replace(/(\d+)-(\d+)-(\d+)/, DATES[format]);

const ENCODINGS: Record<string, (text: string) => Buffer> = {
	'UTF-8': (text) => Buffer.from(text),
	'UTF-8 with its mark': (text) => Buffer.from(`\uFEFF${text}`),
	'UTF-16LE': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
	'UTF-16BE': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
	'Windows-1252': (text) => Buffer.from(text, 'latin1'),
};

describe('a CSV file in every way that programs write it', () => {
	const ways = pairwise({
		encoding: Object.keys(ENCODINGS),
		separator: [',', ';', '\t', '|'],
		chosen: [true, false],
		lineEnd: ['\r\n', '\n', '\r', 'mixed'],
		numberFormat: Object.keys(NUMBERS) as NumberFormat[],
		dateFormat: Object.keys(DATES) as DateFormat[],
		quotes: ['all', 'needed'],
		first: ['', 'sep=', 'title'],
		ending: ['', 'line end', 'empty columns'],
	});
	const names = { ',': 'Comma', ';': 'Semicolon', '\t': 'Tab', '|': 'Vertical Bar' } as const;

	it.each(ways)('%o', async (way) => {
		const { encoding, separator, lineEnd, numberFormat, dateFormat, quotes, first, ending } = way;
		const cell = (text: string): string =>
			quotes === 'all' || text.includes(separator) || text.includes('"')
				? `"${text.replaceAll('"', '""')}"`
				: text;
		const rows = METRICS.map(({ client, metric, cents, unit, day }) => [
			client,
			metric,
			numberText(cents, numberFormat),
			unit,
			dayText(day, dateFormat),
		]);
		const more = ending === 'empty columns' ? ['', ''] : [];
		const lines = [HEADER, ...rows].map((cells) => [...cells.map(cell), ...more].join(separator));
		if (first !== '') lines.unshift(first === 'sep=' ? `sep=${separator}` : 'Figures of the quarter');
		const ends = lineEnd === 'mixed' ? ['\r\n', '\n'] : [lineEnd];
		const text = lines.map((line, index) => line + ends[index % ends.length]).join('');
		const content = ENCODINGS[encoding]!(ending === 'line end' ? text : text.replace(/[\r\n]+$/, ''));
		const read = await uploadedFile(content, {
			separator: way.chosen ? names[separator] : 'Detect',
			numberFormat,
			dateFormat,
		});
		expect(read.rejected).toEqual([]);
		expect(read.lines).toEqual(EXPECTED);
	});
});

describe('a workbook in every way that programs write it', () => {
	const ways = pairwise({
		is1904: [false, true],
		hasSharedStrings: [false, true],
		prefix: [undefined, 'x'],
		numbers: ['numbers', 'formatted', 'texts'],
		dates: ['dd/mm/yyyy', 'yyyy\\-mm\\-dd;@', '[$-C07]d. mmm yy', 'texts'],
		numberFormat: Object.keys(NUMBERS) as NumberFormat[],
		dateFormat: Object.keys(DATES) as DateFormat[],
		dimension: [undefined, 'A1', 'A1:XFD1048576'],
		hidden: ['none', 'before', 'after'],
		sheets: ['one', 'two', 'a cover'],
		title: [true, false],
	});

	it.each(ways)('%o', async (way) => {
		const row = ({ client, metric, cents, unit, day }: Metric): TestCell[] => [
			client,
			metric,
			valueCell(cents, unit),
			unit,
			way.dates === 'texts' ? dayText(day, way.dateFormat) : { date: day, format: way.dates },
		];
		function valueCell(cents: number, unit: string): TestCell {
			if (way.numbers === 'texts') return numberText(cents, way.numberFormat);
			if (way.numbers === 'numbers') return cents / 100;
			if (unit === '%') return { number: cents / 10_000, format: '0.00%' };
			return { number: cents / 100, format: '_-"$"* #,##0.00_-;[Red]-#,##0.00' };
		}
		const table = (metrics: Metric[]): TestCell[][] => [
			...(way.title ? [['Figures of the quarter'], []] : []),
			HEADER,
			...metrics.map(row),
		];
		const half = METRICS.length / 2;
		const visible =
			way.sheets === 'two'
				? [table(METRICS.slice(0, half)), table(METRICS.slice(half))]
				: [...(way.sheets === 'a cover' ? [[['Please read me']]] : []), table(METRICS)];
		const sheets = visible.map((rows, index) => ({ name: `S${index}`, rows, dimension: way.dimension }));
		const old = { name: 'Old', rows: table(METRICS), state: 'hidden' as const };
		const all = { none: sheets, before: [old, ...sheets], after: [...sheets, old] }[way.hidden];
		const { is1904, hasSharedStrings, prefix, numberFormat, dateFormat } = way;
		const read = await uploadedFile(xlsxOf({ sheets: all, is1904, hasSharedStrings, prefix }), {
			numberFormat,
			dateFormat,
		});
		expect(read.rejected).toEqual([]);
		expect(read.lines).toEqual(EXPECTED);
		const said = read.report.warnings.join('\n');
		expect(said.includes('Hidden sheets were not read: "Old"')).toBe(way.hidden !== 'none');
		expect(said.includes('Sheet "S0": There is no header row')).toBe(way.sheets === 'a cover');
	});
});
