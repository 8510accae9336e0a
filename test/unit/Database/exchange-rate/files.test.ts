import { describe, expect, it } from '@jest/globals';

import { readEcb, ecbUrl } from '../../../../nodes/Database/exchange-rate/ecb';
import { readRba, rbaUrl } from '../../../../nodes/Database/exchange-rate/rba';
import { startSandbox } from '../../../sandbox';
import { BanksSandbox } from '../../../sandbox/banks/banks';
import { Clock } from '../../../sandbox/core/clock';

const TODAY = '2026-11-23';

const ECB_HEAD = 'KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,TITLE_COMPL';
const ecb = (...lines: string[]): string => [ECB_HEAD, ...lines].join('\r\n');
const observation = (currency: string, day: string, value: string): string =>
	`EXR.D.${currency}.EUR.SP00.A,D,${currency},EUR,SP00,A,${day},${value},"rate, ${currency}, 2.15 pm"`;

describe('the European Central Bank’s CSV', () => {
	it('is asked for by currency and day', () => {
		expect(ecbUrl('https://data-api.ecb.europa.eu', ['AUD', 'NZD'], '2025-10-25')).toBe(
			'https://data-api.ecb.europa.eu/service/data/EXR/D.AUD+NZD.EUR.SP00.A?startPeriod=2025-10-25&format=csvdata',
		);
		expect(ecbUrl('http://here', [], '2025-10-25')).toContain('/EXR/D..EUR.SP00.A?');
	});

	it('gives units for 1 euro, and passes over days without a rate', () => {
		const text = ecb(
			observation('AUD', '2026-11-19', '1.7654'),
			observation('AUD', '2026-11-20', ''),
			observation('NZD', '2026-11-20', 'NaN'),
			observation('JPY', '2026-11-20', '171.30'),
		);
		expect(readEcb(text, TODAY)).toEqual({
			rates: [
				{ base: 'EUR', quote: 'AUD', date: '2026-11-19', rate: '1.7654', source: 'ecb' },
				{ base: 'EUR', quote: 'JPY', date: '2026-11-20', rate: '171.3', source: 'ecb' },
			],
			rejected: [],
		});
	});

	it('finds its columns by name, whatever their order', () => {
		const text = 'OBS_VALUE,TIME_PERIOD,CURRENCY_DENOM,CURRENCY\n1.9,2026-11-20,EUR,NZD\n';
		expect(readEcb(text, TODAY).rates).toMatchObject([{ quote: 'NZD', rate: '1.9' }]);
	});

	it.each([
		['0', /not above zero/],
		['-1.2', /not above zero/],
		['1,2e3', /not a plain decimal/],
		['twelve', /not a plain decimal/],
	])('refuses the rate %s with its line, and takes the others', (value, reason) => {
		const text = ecb(
			observation('AUD', '2026-11-20', `"${value}"`),
			observation('NZD', '2026-11-20', '1.91'),
		);
		const { rates, rejected } = readEcb(text, TODAY);
		expect(rates).toMatchObject([{ quote: 'NZD' }]);
		expect(rejected).toMatchObject([{ line: 2 }]);
		expect(rejected[0]?.reason).toMatch(reason);
	});

	it.each([
		['2026-11-25', /is in the future/],
		['2026-02-30', /not a date/],
		['20.11.2026', /not a date/],
	])('refuses the day %s', (day, reason) => {
		const { rates, rejected } = readEcb(ecb(observation('AUD', day, '1.7')), TODAY);
		expect(rates).toEqual([]);
		expect(rejected[0]?.reason).toMatch(reason);
	});

	it('takes a day that has begun elsewhere', () => {
		expect(readEcb(ecb(observation('AUD', '2026-11-24', '1.7')), TODAY).rates).toHaveLength(1);
	});

	it('refuses what is no currency', () => {
		expect(readEcb(ecb(observation('XYZ', '2026-11-20', '1.7')), TODAY).rejected[0]?.reason).toMatch(
			/ISO 4217/,
		);
	});

	it.each(['<html><body>Maintenance</body></html>', '', 'a,b\n1,2\n'])(
		'is not %j, and an error says so',
		(text) => {
			expect(() => readEcb(text, TODAY)).toThrow(/no column CURRENCY/);
		},
	);
});

const RBA_HEAD = [
	'F11.1  EXCHANGE RATES ,,,',
	'Title,A$1=USD,Trade-weighted Index May 1970 = 100,A$1=NZD',
	'Description,"AUD/USD; see notes, please",Index,AUD/NZD',
	'Units,USD,Index,NZD',
	',,,',
	'',
	'Publication date,23-Nov-2026,23-Nov-2026,23-Nov-2026',
	'Series ID,FXRUSD,FXRTWI,FXRNZD',
];
const rba = (...lines: string[]): string => `\uFEFF${[...RBA_HEAD, ...lines].join('\r\n')}\r\n`;

describe('table F11.1 of the Reserve Bank of Australia', () => {
	it('is one file', () => {
		expect(rbaUrl('https://www.rba.gov.au')).toBe(
			'https://www.rba.gov.au/statistics/tables/csv/f11.1-data.csv',
		);
	});

	it('gives units for 1 Australian dollar, without the index', () => {
		expect(readRba(rba('19-Nov-2026,0.6490,61.2,1.1059', '20-Nov-2026,0.6501,61.3,'), TODAY)).toEqual({
			rates: [
				{ base: 'AUD', quote: 'USD', date: '2026-11-19', rate: '0.649', source: 'rba' },
				{ base: 'AUD', quote: 'NZD', date: '2026-11-19', rate: '1.1059', source: 'rba' },
				{ base: 'AUD', quote: 'USD', date: '2026-11-20', rate: '0.6501', source: 'rba' },
			],
			rejected: [],
		});
	});

	it('takes both forms of dates, and refuses the rest with its line', () => {
		const { rates, rejected } = readRba(
			rba('03/11/2026,0.65,61,1.1', '4-Nov-2026,0.65,61,1.1', '2026-11-05,0.65,61,1.1', 'Notes,,,'),
			TODAY,
		);
		expect(rates.map(({ date }) => date)).toEqual(['2026-11-03', '2026-11-03', '2026-11-04', '2026-11-04']);
		expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
			[11, '"2026-11-05" is not a date like 30-Jun-2026 or 30/06/2026.'],
			[12, '"Notes" is not a date like 30-Jun-2026 or 30/06/2026.'],
		]);
	});

	it('takes an empty cell for no rate, however it is written, and the special drawing right', () => {
		const text = 'Units,USD,SDR,AED\nSeries ID,FXRUSD,FXRSDR,FXRUAED\n20-Nov-2026,NA,0.478,\n,,,\n';
		expect(readRba(text, TODAY)).toMatchObject({ rates: [{ quote: 'XDR', rate: '0.478' }], rejected: [] });
	});

	it('finds its columns by the series where the units are gone, and in any order', () => {
		const text = 'Series ID,FXRNZD,FXRTWI,FXRUSD\n20-Nov-2026,1.1,61,0.65\n';
		expect(readRba(text, TODAY).rates.map(({ quote, rate }) => `${quote} ${rate}`)).toEqual([
			'NZD 1.1',
			'USD 0.65',
		]);
	});

	// Case 4: the shape of the copies of 2024 and 2025, with 45 columns without a title and lines without anything.
	it('gives what each column has: some are empty throughout, some begin late or pause', () => {
		const codes =
			'USD Index CNY JPY EUR KRW GBP SGD INR THB NZD TWD MYR IDR VND AED PGK HKD CAD ZAR CHF PHP SDR';
		const columns = codes.split(' ');
		const blank = ','.repeat(45);
		const isThere = (code: string, day: number): boolean =>
			!['AED', 'PGK', 'ZAR'].includes(code) && (code === 'CAD' ? day > 20 : code !== 'CHF' || day <= 20);
		const days = Array.from({ length: 28 }, (_, index) => index + 1);
		const text = [
			`F11.1  EXCHANGE RATES ${','.repeat(columns.length)}${blank}`,
			`Title,${columns.map((code) => `A$1=${code}`).join()}${blank}`,
			`Units,${columns.join()}${blank}`,
			`${','.repeat(columns.length)}${blank}`,
			`Series ID,${columns.map((code) => `FXR${code}`).join()}${blank}`,
			...days.map(
				(day) =>
					`${String(day).padStart(2, '0')}-Feb-2025,${columns.map((code) => (isThere(code, day) ? `0.${day}1` : '')).join()}${blank}`,
			),
			...Array.from({ length: 3 }, () => `${','.repeat(columns.length)}${blank}`),
		].join('\n');
		const { rates, rejected } = readRba(text, TODAY);
		const counts = new Map<string, number>();
		for (const { quote } of rates) counts.set(quote, (counts.get(quote) ?? 0) + 1);
		const whole = 'USD CNY JPY EUR KRW GBP SGD INR THB NZD TWD MYR IDR VND HKD PHP XDR'.split(' ');
		const expected = Object.fromEntries(whole.map((code) => [code, 28]));
		expect(Object.fromEntries(counts)).toEqual({ ...expected, CAD: 8, CHF: 20 });
		expect(rejected).toEqual([]);
	});

	it('is neither a web page nor an empty answer', () => {
		expect(() => readRba('<html>blocked</html>', TODAY)).toThrow(/not table F11\.1/);
		expect(() => readRba('', TODAY)).toThrow(/not table F11\.1/);
		expect(() => readRba('<a href="x">blocked</a>', TODAY)).toThrow(/not table F11\.1/);
	});
});

describe('the sandbox’s banks', () => {
	const banks = new BanksSandbox(new Clock(() => new Date('2026-11-23T20:00:00Z')), 'zixly');
	const get = async (path: string): Promise<string> => {
		const url = new URL(path, 'http://sandbox');
		const request = { method: 'GET', path: url.pathname, query: url.searchParams, headers: {}, body: '' };
		return (await banks.handle(request)).reply.body;
	};

	it('are read as they print, without weekends and holidays', async () => {
		const { rates, rejected } = readEcb(await get(ecbUrl('/ecb', ['NZD'], '2025-12-20')), TODAY);
		expect(rejected).toEqual([]);
		expect(rates.map(({ date }) => date)).toEqual(banks.days('ecb', '2025-12-20', TODAY));
		for (const { quote, date, rate } of rates)
			expect(Number(rate)).toBe(Number(banks.rate('ecb', quote, date)));
		for (const day of ['2025-12-25', '2025-12-27', '2026-04-03', '2026-04-06', '2026-05-01'])
			expect(rates.map(({ date }) => date)).not.toContain(day);
	});

	it('can be made to restate a rate, and to refuse, over HTTP', async () => {
		const sandbox = await startSandbox({ now: () => new Date('2026-11-23T20:00:00Z') });
		const post = async (control: string, body: object) =>
			await fetch(`${sandbox.url}/__sandbox/banks/${control}`, {
				method: 'POST',
				body: JSON.stringify(body),
			});
		await post('correct', { bank: 'ecb', currency: 'NZD', day: '2026-11-20', rate: '9.9' });
		await post('fail', { bank: 'rba', status: 403 });
		const text = await (await fetch(ecbUrl(`${sandbox.url}/ecb`, ['NZD'], '2026-11-20'))).text();
		expect(readEcb(text, TODAY).rates[0]).toMatchObject({ date: '2026-11-20', rate: '9.9' });
		expect((await fetch(rbaUrl(`${sandbox.url}/rba`))).status).toBe(403);
		expect((await post('correct', { bank: 'fed' })).status).toBe(400);
		await sandbox.close();
	});

	it.each(['DD-Mon-YYYY', 'DD/MM/YYYY'] as const)('print the Australian table with %s', async (form) => {
		banks.rbaDates = form;
		const { rates, rejected } = readRba(await get(rbaUrl('/rba')), TODAY);
		expect(rejected).toEqual([]);
		expect(new Set(rates.map(({ quote }) => quote)).size).toBe(13);
		expect(rates.at(-1)?.date).toBe(TODAY);
		const daysOf = (currency: string) =>
			rates.filter(({ quote }) => quote === currency).map(({ date }) => date);
		expect(['AED', 'ZAR', 'XDR'].map((one) => daysOf(one).at(-1))).toEqual([
			'2024-10-01',
			'2024-10-01',
			TODAY,
		]);
		expect(daysOf('TWD').filter((day) => day >= '2026-02-27' && day <= '2026-04-13')).toEqual([
			'2026-02-27',
			'2026-04-13',
		]);
		for (const { quote, date, rate } of rates)
			expect(Number(rate)).toBe(Number(banks.rate('rba', quote === 'XDR' ? 'SDR' : quote, date)));
	});
});
