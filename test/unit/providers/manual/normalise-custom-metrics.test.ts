import { describe, expect, it } from '@jest/globals';

import { customMetrics } from '../../../../nodes/providers/manual/normalise-custom-metrics';
import type { UploadSettings } from '../../../../nodes/providers/provider';
import { Conversion } from '../../../../nodes/shared/conversion';
import { endsOfRuns } from '../../../../nodes/TransformNormalize/ends-of-runs';
import { looseRecords, type LooseSettings } from '../../../../nodes/TransformNormalize/loose-records';
import { transform } from '../../../support/n8n/transformed';
import { SETTINGS } from '../xero/months';

const NOW = '2026-11-23T01:00:00.000Z';

const FORMATS: UploadSettings = { numberFormat: '1,234.56', dateFormat: 'YYYY-MM-DD', columnMap: {} };

const loose = (upload: Partial<UploadSettings>): LooseSettings => ({
	provider: 'manual',
	stream: () => 'customMetrics',
	tenantId: () => 'tenant-1',
	accountId: () => 'manual',
	accountName: () => '',
	accountTimezone: () => '',
	accountCurrency: () => 'AUD',
	period: () => '',
	recordsAt: () => '',
	upload: { ...FORMATS, ...upload },
});

type Row = Record<string, unknown>;

/** A whole file through Transform. */
function uploaded(rows: Row[], upload: Partial<UploadSettings> = {}) {
	const incoming = rows.flatMap((row, item) => looseRecords(row, item, loose(upload), NOW));
	const all = [...incoming, ...endsOfRuns(incoming)];
	const { outgoing, unknownProperties } = transform(all, SETTINGS, new Conversion([]), NOW);
	const messages = outgoing.map(({ message }) => message as unknown as Row & { row?: Row; reason?: Row });
	const of = (type: string) => messages.filter((message) => message.type === type);
	return { rows: of('ROW'), rejected: of('REJECTED'), states: of('STATE'), unknownProperties };
}

const good = { 'Client ID': 'ACME', Metric: 'Visitors', Value: '12', Date: '2026-06-30' };

const without = (column: string): Row =>
	Object.fromEntries(Object.entries(good).filter(([name]) => name !== column));

/** What becomes of one row: the column asked for, or the code of its rejection. */
function outcome(row: Row, column: string, upload: Partial<UploadSettings> = {}): unknown {
	const { rows, rejected } = uploaded([row], upload);
	return rows[0] ? rows[0].row?.[column] : rejected[0]?.reason?.code;
}

describe('a row of an upload', () => {
	it('becomes a metric of the client that it names', () => {
		const { rows } = uploaded([{ ...good, 'Client Name': 'Acme Ltd', Unit: 'people' }]);
		expect(rows).toMatchObject([
			{
				type: 'ROW',
				tenantId: 'tenant-1',
				provider: 'manual',
				stream: 'customMetrics',
				table: 'custom_metrics',
				recordId: 'ACME | Visitors | 2026-06-30',
				client: { externalId: 'ACME', clientId: 'ACME', clientName: 'Acme Ltd', industry: null },
				row: {
					metricName: 'Visitors',
					metricValue: '12.0000',
					unit: 'people',
					recordDate: '2026-06-30T00:00:00.000Z',
					sourceSystem: 'manual',
				},
			},
		]);
	});

	it('may name its client only', () => {
		const row = without('Client ID');
		expect(uploaded([{ ...row, client: 'Acme Ltd' }]).rows[0]?.client).toEqual({
			externalId: 'Acme Ltd',
			clientName: 'Acme Ltd',
			industry: null,
		});
	});

	it.each([
		['client_id', 'KPI', 'metric_value', 'record_date'],
		['CLIENT-ID', 'metric_name', 'AMOUNT', 'As Of'],
		['Kundennummer', 'Kennzahl', 'Wert', 'Datum'],
		['  Client   Id ', '\uFEFFMetric', 'value', 'date'],
	])('has columns called %s, %s, %s and %s', (client, metric, value, date) => {
		const { rows } = uploaded([
			{ [client]: 'ACME', [metric]: 'Visitors', [value]: '1', [date]: '2026-06-30' },
		]);
		expect(rows).toMatchObject([{ client: { clientId: 'ACME' }, row: { metricName: 'Visitors' } }]);
	});

	it('has the columns that a person names, and no others for those', () => {
		const row = { ...good, Turnover: '99' };
		expect(outcome(row, 'metricValue')).toBe('12.0000');
		expect(outcome(row, 'metricValue', { columnMap: { value: 'turn over' } })).toBe('99.0000');
		expect(outcome(good, 'metricValue', { columnMap: { value: 'Turnover' } })).toBe('value_missing');
	});

	it('rejects a column that n8n renamed because there were two', () => {
		expect(outcome({ ...good, Value_1: '3' }, 'metricValue')).toBe('column_twice');
		expect(outcome({ ...good, Value_1: '3' }, 'metricValue', { columnMap: { value: 'Value_1' } })).toBe(
			'3.0000',
		);
	});

	it('rejects text that lost its letters before, and values that are not text', () => {
		expect(outcome({ ...good, 'Client ID': 'M\uFFFDller' }, 'metricValue')).toBe('encoding');
		expect(outcome({ ...good, Metric: { a: 1 } }, 'metricValue')).toBe('not_a_text');
	});

	it('rejects two columns for one thing instead of guessing', () => {
		expect(outcome({ ...good, Amount: '3' }, 'metricValue')).toBe('column_twice');
		expect(outcome({ ...good, Amount: '3' }, 'metricValue', { columnMap: { value: 'Amount' } })).toBe(
			'3.0000',
		);
	});

	it.each([
		['Client ID', 'client_missing'],
		['Metric', 'metric_missing'],
		['Value', 'value_missing'],
		['Date', 'date_missing'],
	])('is rejected without %s: %s', (column, code) => {
		expect(outcome({ ...good, [column]: ' ' }, 'metricValue')).toBe(code);
		expect(outcome(without(column), 'metricValue')).toBe(code);
	});

	it('reports columns that are nothing to it, and leaves them out', () => {
		const { unknownProperties, rows } = uploaded([{ ...good, Colour: 'red' }]);
		expect([...unknownProperties]).toEqual([['manual/customMetrics Colour', 1]]);
		expect(JSON.stringify(rows)).not.toContain('red');
	});

	it.each(['a\0b', '\ud800'])('rejects text that PostgreSQL cannot store: %j', (name) => {
		expect(outcome({ ...good, Metric: name }, 'metricName')).toBe('text_not_storable');
	});

	it('named like something that every object has is a text like any other', () => {
		expect(outcome({ ...good, Metric: '__proto__', constructor: 'x' }, 'metricName')).toBe('__proto__');
	});
});

describe('a number of an upload', () => {
	it.each([
		['1,234.56', '1234.56', '1234.5600'],
		['1,234.56', '1,234.56', '1234.5600'],
		['1,234.56', '12,345,678.9', '12345678.9000'],
		['1,234.56', '-0.00005', '-0.0001'],
		['1,234.56', '1,234', '1234.0000'],
		['1,234.56', '1.234', '1.2340'],
		['1.234,56', '1.234,56', '1234.5600'],
		['1.234,56', '1.234', '1234.0000'],
		['1.234,56', '1234,5', '1234.5000'],
		['1 234,56', '1 234,56', '1234.5600'],
		['1 234,56', '1\u202f234\u00a0567,8', '1234567.8000'],
		["1'234.56", "1'234.56", '1234.5600'],
		["1'234.56", '1\u2019234', '1234.0000'],
		['1,234.56', '\u22125', '-5.0000'],
		['1,234.56', '0.12345', '0.1235'],
	] as const)('is read in the format %s: %s is %s', (numberFormat, text, value) => {
		expect(outcome({ ...good, Value: text }, 'metricValue', { numberFormat })).toBe(value);
	});

	it.each([
		['1,234.56', '1.234,56'],
		['1,234.56', '1,5'],
		['1,234.56', '12,34'],
		['1,234.56', '1 234'],
		['1.234,56', '1,234.56'],
		['1.234,56', '1.5'],
		['1 234,56', '1.234'],
		["1'234.56", '1,234'],
		['1,234.56', '45%%'],
		['1,234.56', '$5'],
		['1,234.56', '(5)'],
		['1,234.56', '5-'],
		['1,234.56', '1e3'],
		['1,234.56', 'n/a'],
		['1,234.56', '1,234,5'],
	] as const)('is rejected in the format %s: %s', (numberFormat, text) => {
		const { rejected } = uploaded([{ ...good, Value: text }], { numberFormat });
		expect(rejected[0]?.reason).toMatchObject({ code: 'not_a_number', path: 'value' });
		expect(String(rejected[0]?.reason?.message)).toMatch(/is not a number in the format .*\. [A-Z]/);
	});

	it('takes a spreadsheet’s number as it is, exact to four places', () => {
		expect(outcome({ ...good, Value: 0.1 + 0.2 }, 'metricValue', { numberFormat: '1.234,56' })).toBe(
			'0.3000',
		);
		expect(outcome({ ...good, Value: 1e-7 }, 'metricValue')).toBe('0.0000');
	});

	it('takes the number before a percent sign, with the unit %', () => {
		for (const unit of ['%', '', undefined]) {
			expect(uploaded([{ ...good, Value: '45.5 %', Unit: unit }]).rows).toMatchObject([
				{ row: { metricValue: '45.5000', unit: '%' } },
			]);
		}
		expect(outcome({ ...good, Value: '45%', Unit: 'AUD' }, 'metricValue')).toBe('percent_unit');
	});

	it('rejects a number that does not fit its column', () => {
		expect(outcome({ ...good, Value: '123,456,789' }, 'metricValue')).toBe('numeric_out_of_range');
	});
});

describe('a date of an upload', () => {
	it.each([
		['YYYY-MM-DD', '2026-06-30', '2026-06-30'],
		['YYYY-MM-DD', '2026-6-3', '2026-06-03'],
		['DD/MM/YYYY', '03/04/2026', '2026-04-03'],
		['MM/DD/YYYY', '03/04/2026', '2026-03-04'],
		['DD.MM.YYYY', '3.4.2026', '2026-04-03'],
		['DD/MM/YYYY', '2026-04-03T00:00:00.000Z', '2026-04-03'],
		['DD/MM/YYYY', '03/04/2026 00:00', '2026-04-03'],
		['YYYY-MM-DD', '2024-02-29', '2024-02-29'],
		['DD.MM.YYYY', '2026-04-03T00:00:00+10:00', '2026-04-03'],
		['YYYY-MM-DD', new Date('2026-06-30T00:00:00Z'), '2026-06-30'],
	] as const)('is read in the format %s: %s is %s', (dateFormat, cell, day) => {
		expect(outcome({ ...good, Date: cell }, 'recordDate', { dateFormat })).toBe(`${day}T00:00:00.000Z`);
	});

	it.each([
		['YYYY-MM-DD', '30/06/2026'],
		['YYYY-MM-DD', '2026-02-29'],
		['YYYY-MM-DD', '2026-06'],
		['YYYY-MM-DD', '2026-06-30T14:00:00Z'],
		['DD/MM/YYYY', '04/13/2026'],
		['DD/MM/YYYY', '3/4/26'],
		['MM/DD/YYYY', '13/04/2026'],
		['DD.MM.YYYY', '30/06/2026'],
		['DD/MM/YYYY', 46203],
		['DD/MM/YYYY', 46203.5],
		['YYYY-MM-DD', '2026-06-30T14:00:00+10:00'],
		['YYYY-MM-DD', 'yesterday'],
	] as const)('is rejected in the format %s: %s', (dateFormat, cell) => {
		const { rejected } = uploaded([{ ...good, Date: cell }], { dateFormat });
		expect(rejected[0]?.reason).toMatchObject({ code: 'not_a_date', path: 'date' });
	});
});

describe('a file', () => {
	it('ends with the counts of all its rows; the empty ones are skipped, copies of one key are dropped', () => {
		const file = [
			good,
			{},
			{ ...good, Value: '13' },
			{ Metric: '', Value: null, Date: ' ' },
			{ ...good, Value: 'x' },
			{ ...good, Date: '2026-07-01' },
		];
		const { rows, rejected, states } = uploaded(file);
		expect(rows.map(({ row }) => row?.metricValue)).toEqual(['13.0000', '12.0000']);
		expect(rejected).toMatchObject([{ recordId: 'ACME | Visitors | 2026-06-30', record: { line: 6 } }]);
		expect(states).toMatchObject([
			{
				state: null,
				counts: {
					extracted: 6,
					skipped: 2,
					normalised: 3,
					rejected: 1,
					filtered: 0,
					rows: { produced: 3, deduplicated: 1 },
				},
			},
		]);
	});

	it('says of each refused row its number, the header being 1, and how to read it again', () => {
		const { rejected } = uploaded([good, { ...good, Value: '1,5' }], { dateFormat: 'YYYY-MM-DD' });
		expect(rejected).toMatchObject([
			{ record: { line: 3, cells: { Value: '1,5' }, numberFormat: '1,234.56', dateFormat: 'YYYY-MM-DD' } },
		]);
	});

	it('knows a row without client, metric or date by its content', () => {
		const bad = { Value: '1' };
		const [one, other, same] = uploaded([bad, { Value: '2' }, bad]).rejected;
		expect(one?.recordId).toBe(same?.recordId);
		expect(one?.recordId).not.toBe(other?.recordId);
	});

	it('is read the same when a rejected row is replayed, whatever the node says then', () => {
		const upload = {
			numberFormat: '1.234,56',
			dateFormat: 'DD.MM.YYYY',
			columnMap: { value: 'Umsatz' },
		} as const;
		const record = { 'Client ID': 'ACME', Metric: 'Visitors', Umsatz: '1.234,5', Date: '30.06.2026' };
		const completed = customMetrics.complete({ record, index: 0, period: '', now: NOW, upload });
		const account = { id: 'manual', name: '', timezone: 'Etc/UTC', currency: 'AUD' };
		const raw = { ...completed, stream: 'customMetrics', account, syncRunId: null };
		const again = { ...raw, record: JSON.parse(JSON.stringify(completed.record)) as unknown };
		expect(customMetrics.normalise(again, SETTINGS, new Conversion([])).rows).toMatchObject([
			{ row: { metricValue: '1234.5000', recordDate: '2026-06-30T00:00:00.000Z' } },
		]);
	});

	it('a hundred thousand rows give as many metrics', () => {
		const file = Array.from({ length: 100_000 }, (_, index) => ({
			...good,
			'Client ID': `C${index % 500}`,
			Metric: `M${Math.floor(index / 500)}`,
			Unit: 'AUD',
		}));
		const { rows } = uploaded(file);
		expect(rows).toHaveLength(100_000);
	});
});
