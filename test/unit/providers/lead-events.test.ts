import { describe, expect, it } from '@jest/globals';

import type { PublishedRate } from '../../../db/rates/read';
import { dealRatesNeeded, leadEventRows, type DealHistory } from '../../../nodes/providers/lead-events';
import type { RawRecord } from '../../../nodes/providers/provider';
import { Conversion } from '../../../nodes/shared/conversion';
import { SETTINGS } from './xero/months';

const raw: RawRecord = {
	recordId: '7',
	stream: 'deals',
	account: { id: 'portal', name: 'Harbour', timezone: 'Australia/Sydney', currency: 'AUD' },
	syncRunId: 'run',
	fetchedAt: '2026-11-23T02:00:00.000Z',
	record: {},
};

const entry = (changeId: string, enteredAt: string, stage: string) => ({
	externalId: `deal:7:${changeId}`,
	enteredAt,
	changeId,
	stageId: stage.toLowerCase(),
	stage,
	metadata: { stageId: stage.toLowerCase() },
});

const history = (changes: Partial<DealHistory> = {}): DealHistory => ({
	sourceSystem: 'hubspot',
	leadId: '7',
	entries: [
		entry('0', '2026-10-01T00:00:00.000Z', 'New'),
		entry('10', '2026-11-05T00:00:00.000Z', 'Talks'),
		entry('2', '2026-11-05T00:00:00.000Z', 'Qualified'),
	],
	status: 'active',
	amount: { value: '1500', currency: 'AUD' },
	valueDay: '2026-11-20',
	lastActivityAt: '2026-11-20T00:00:00.000Z',
	version: '2026-11-20T00:00:00.000Z',
	client: { externalId: 'portal', clientName: 'Harbour', industry: null },
	metadata: { title: 'A deal' },
	...changes,
});

const rate = (changes: Partial<PublishedRate>): PublishedRate => ({
	base: 'AUD',
	quote: 'USD',
	date: '2026-11-20',
	rate: '0.65',
	source: 'made-up',
	...changes,
});

const rowsOf = (changes: Partial<DealHistory>, rates: PublishedRate[] = [], settings = SETTINGS) =>
	leadEventRows(history(changes), raw, settings, new Conversion(rates));
const latestOf = (...given: Parameters<typeof rowsOf>) => rowsOf(...given).at(-1)!.row;

describe('a deal’s rows', () => {
	it('are its entries by time, then by change; only the latest has its status and its value', () => {
		const rows = rowsOf({}).map(({ row }) => [row.stage, row.status, row.value, row.metadata]);
		expect(rows).toEqual([
			['New', 'passed', null, { stageId: 'new' }],
			['Qualified', 'passed', null, { stageId: 'qualified' }],
			[
				'Talks',
				'active',
				'1500.00',
				{ stageId: 'talks', title: 'A deal', lastActivityAt: '2026-11-20T00:00:00.000Z' },
			],
		]);
	});

	it('are the same whatever the order in which the entries came', () => {
		const { entries } = history();
		const [a, b, c] = entries as [(typeof entries)[0], (typeof entries)[0], (typeof entries)[0]];
		for (const order of [
			[b, c, a],
			[c, b, a],
			[a, c, b],
			[c, a, b],
			[b, a, c],
		]) {
			expect(rowsOf({ entries: order })).toEqual(rowsOf({}));
		}
	});

	it('all carry the deal’s version, or none where it has none', () => {
		expect(rowsOf({}).map(({ version }) => version)).toEqual(Array(3).fill('2026-11-20T00:00:00.000Z'));
		expect('version' in rowsOf({ version: null })[0]!).toBe(false);
	});

	it('do not exist where it was in no stage', () => {
		expect(() => rowsOf({ entries: [] })).toThrow(expect.objectContaining({ code: 'invalid_record' }));
	});
});

describe('the status', () => {
	it.each([
		['2026-10-24T02:00:00.000Z', 'active'],
		['2026-10-24T01:59:59.999Z', 'stale'],
	])(
		'is set for an open deal that was last touched at %s: %s after thirty days',
		(lastActivityAt, status) => {
			expect(latestOf({ lastActivityAt }).status).toBe(status);
		},
	);

	it.each(['won', 'lost', 'deleted'] as const)('%s never grows stale', (status) => {
		expect(latestOf({ status, lastActivityAt: '2020-01-01T00:00:00.000Z' }).status).toBe(status);
	});
});

describe('the value', () => {
	it.each([
		['0.125', '0.13'],
		['-0.125', '-0.13'],
		['1.005', '1.01'],
		['0', '0.00'],
		['9999999999.994', '9999999999.99'],
	])('%s is rounded half up to %s', (value, stored) => {
		expect(latestOf({ amount: { value, currency: 'AUD' } }).value).toBe(stored);
	});

	it('is null where there is none, and 0 where it is 0, in whatever currency; neither needs a rate', () => {
		for (const [amount, value] of [
			[null, null],
			[{ value: '0', currency: 'XYZ' }, '0.00'],
		] as const) {
			expect(latestOf({ amount }).value).toBe(value);
			expect(dealRatesNeeded(history({ amount }), raw, SETTINGS)).toEqual([]);
		}
	});

	it('rejects a value that does not fit', () => {
		const amount = { value: '10000000000', currency: 'AUD' };
		expect(() => rowsOf({ amount })).toThrow(expect.objectContaining({ code: 'numeric_out_of_range' }));
	});

	it.each([
		['USD', '0.65', '1500', '2307.69'],
		['JPY', '98.7', '150001', '1519.77'],
		['KWD', '0.2', '10.005', '50.03'],
	])('is converted, in %s at %s, at the day’s rate', (currency, quoted, value, stored) => {
		const rates = [
			rate({ quote: currency, rate: quoted }),
			rate({ quote: currency, date: '2026-11-19', rate: '9' }),
		];
		const row = latestOf({ amount: { value, currency } }, rates);
		expect(row.value).toBe(stored);
		expect(row.metadata.fx).toMatchObject({
			currency,
			reportingCurrency: 'AUD',
			firstDay: '2026-11-20',
			lastDay: '2026-11-20',
			rateDate: '2026-11-20',
			quotation: 'inverse',
			source: 'made-up',
		});
	});

	it('takes the latest rate of the days before, and none that is older', () => {
		const amount = { value: '100', currency: 'USD' };
		expect(latestOf({ amount }, [rate({ date: '2026-11-13', rate: '0.5' })]).value).toBe('200.00');
		expect(() => rowsOf({ amount }, [rate({ date: '2026-11-12' })])).toThrow(
			expect.objectContaining({ code: 'rate_missing' }),
		);
		expect(dealRatesNeeded(history({ amount }), raw, SETTINGS)).toEqual([
			{ from: 'USD', to: 'AUD', firstDay: '2026-11-13', lastDay: '2026-11-20' },
		]);
	});

	it('is converted by the document’s own rate before any published one', () => {
		const changes = {
			amount: { value: '100', currency: 'USD' },
			ownRate: { rate: '1.5', source: 'hubspot' },
		};
		const row = latestOf(changes, [rate({})]);
		expect(row.value).toBe('150.00');
		expect(row.metadata.fx).toEqual({
			currency: 'USD',
			reportingCurrency: 'AUD',
			rate: '1.5',
			method: 'document',
			source: 'hubspot',
			value: '100.00',
		});
		expect(dealRatesNeeded(history(changes), raw, SETTINGS)).toEqual([]);
	});
});
