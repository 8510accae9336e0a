import { describe, expect, it } from '@jest/globals';

import type { PublishedRate } from '../../../../db/rates/read';
import type { NormaliseSettings, RawRecord } from '../../../../nodes/providers/provider';
import { deals } from '../../../../nodes/providers/hubspot/normalise-deals';
import { Conversion } from '../../../../nodes/shared/conversion';
import { catchRejection, Rejection } from '../../../../nodes/shared/rejection';
import { MADE_UP_RATES } from '../../../support/database/constant-rates';
import { expectedRows, rowLine } from '../../../support/expect/hubspot';
import { PortalReading } from './portal';
import { SETTINGS } from '../xero/months';

const FETCHED_AT = '2026-11-23T02:00:00.000Z';

const account = { id: '24101001', name: 'harbour.example', timezone: 'Australia/Sydney', currency: 'AUD' };

const raw = (record: unknown, changes: Partial<RawRecord['account']> = {}): RawRecord => ({
	recordId: '77',
	stream: 'deals',
	account: { ...account, ...changes },
	syncRunId: 'run',
	fetchedAt: FETCHED_AT,
	record,
});

const STAGES = [
	{
		id: 'new',
		label: 'New',
		pipelineId: 'default',
		pipeline: 'Sales',
		isClosed: 'false',
		probability: '0.2',
	},
	{
		id: '501',
		label: 'Closed lost',
		pipelineId: '500',
		pipeline: 'Partners',
		isClosed: 'false',
		probability: '0.8000000000000000444089209850062616169452667236328125',
	},
	{ id: 'won', label: 'Won', pipelineId: 'default', pipeline: 'Sales', isClosed: 'true', probability: '1.0' },
];

const PROPERTIES = {
	dealname: 'Fit-out',
	amount: '1500.5',
	deal_currency_code: null,
	dealstage: 'new',
	pipeline: 'default',
	closedate: '2026-12-31T13:00:00.000Z',
	createdate: '2026-10-01T00:00:00Z',
	hs_lastmodifieddate: '2026-11-20T00:00:00.123Z',
	hs_is_closed: 'false',
	hs_is_closed_won: 'false',
};

interface Variant {
	properties?: Record<string, unknown>;
	history?: unknown[] | null;
	merged?: unknown[];
	stages?: unknown[];
	company?: unknown;
	deal?: Record<string, unknown>;
}

function record({ properties, history, merged, stages, company, deal }: Variant = {}) {
	const dealstage =
		history === undefined
			? [{ value: 'new', timestamp: '2026-10-01T00:00:00Z', sourceType: 'CRM_UI' }]
			: history;
	return {
		deal: {
			id: '77',
			properties: { ...PROPERTIES, ...properties },
			propertiesWithHistory: { dealstage, ...(merged && { hs_merged_object_ids: merged }) },
			createdAt: '2026-10-01T00:00:00Z',
			updatedAt: '2026-11-20T00:00:00.123Z',
			archived: false,
			...deal,
		},
		stages: stages ?? STAGES,
		company: company ?? null,
	};
}

const rate = (quote: string, value: string): PublishedRate => ({
	base: quote,
	quote: 'AUD',
	date: '2026-11-20',
	rate: value,
	source: 'made-up',
});

function normalised(variant: Variant = {}, settings: Partial<NormaliseSettings> = {}, currency = 'AUD') {
	const rates = new Conversion([rate('USD', '1.5'), rate('NZD', '0.9')]);
	return deals.normalise(raw(record(variant), { currency }), { ...SETTINGS, ...settings }, rates);
}

const latest = (...given: Parameters<typeof normalised>) => normalised(...given).rows.at(-1)!.row;

function refusal(...given: Parameters<typeof normalised>): string {
	const result = catchRejection(() => normalised(...given));
	return result instanceof Rejection ? `${result.code} at ${result.path}` : 'taken';
}

describe('every deal of the sandbox', () => {
	it.each(['harbour', 'southern', 'atlantic'])(
		'becomes the rows of the sandbox’s own figures: %s',
		async (consent) => {
			const portal = new PortalReading(consent);
			const [window] = await portal.sync();
			const { hubId, domain: name, timezone, currency } = portal.books.portal;
			const rates = Object.entries(MADE_UP_RATES).flatMap(([base, value]) =>
				[...portal.books.expected()].map(({ valueDay: date }) => ({ ...rate(base, value), date })),
			);
			const conversion = new Conversion(rates);
			const found = new Map<string, string>();
			for (const one of window!.records) {
				if (!('record' in one)) throw new Error('A deal was skipped.');
				const from = {
					...raw(one.record, { id: String(hubId), name, timezone, currency }),
					fetchedAt: one.fetchedAt,
				};
				for (const { row: given } of deals.normalise(from, SETTINGS, conversion).rows) {
					const { leadId, eventDate, stage, status, value, externalId } = given as unknown as Record<
						string,
						string
					>;
					found.set(externalId!, rowLine(leadId!, eventDate!, stage!, status!, value ?? null));
				}
			}
			const staleBefore = new Date(Date.parse(FETCHED_AT) - 30 * 86_400_000).toISOString();
			const expected = expectedRows(portal.books.expected(), { portalCurrency: currency, staleBefore });
			expect(found.size).toBeGreaterThan(60);
			expect([...found].sort()).toEqual([...expected].sort());
		},
	);
});

describe('a deal’s amount', () => {
	it.each([
		['1500.5', '1500.50'],
		['1500', '1500.00'],
		['0', '0.00'],
		['1234.560000000000172803993336856365203857421875', '1234.56'],
		['1.5E7', '15000000.00'],
		[1500.25, '1500.25'],
		['', null],
		[null, null],
		[undefined, null],
	])('is parsed from %j as %j', (amount, value) => {
		expect(latest({ properties: { amount } })).toMatchObject({ value });
	});

	it('is in the portal’s own currency where the deal names none', () => {
		expect(latest({ properties: { deal_currency_code: '' } }, {}, 'NZD')).toMatchObject({ value: '1350.45' });
	});

	it('takes the deal’s own rate only where that leads to the currency reported in', () => {
		const properties = { deal_currency_code: 'USD', hs_exchange_rate: '1.52' };
		expect(latest({ properties })).toMatchObject({
			value: '2280.76',
			metadata: { fx: { rate: '1.52', method: 'document', source: 'hubspot', value: '1500.50' } },
		});
		expect(latest({ properties }, {}, 'NZD')).toMatchObject({ value: '2250.75' });
	});

	it('needs no rate where it is empty or zero', () => {
		for (const amount of ['', '0']) {
			const foreign = raw(record({ properties: { amount, deal_currency_code: 'CHF' } }));
			expect(deals.ratesNeeded(foreign, SETTINGS)).toEqual([]);
			expect(latest({ properties: { amount, deal_currency_code: 'CHF' } })).toBeDefined();
		}
	});

	it('asks for the rate of the local day on which it was closed, or last changed while open', () => {
		const needs = (properties: Record<string, unknown>) =>
			deals.ratesNeeded(raw(record({ properties: { deal_currency_code: 'USD', ...properties } })), SETTINGS);
		expect(needs({})).toEqual([{ from: 'USD', to: 'AUD', firstDay: '2026-11-13', lastDay: '2026-11-20' }]);
		const closed = { hs_is_closed: 'true', hs_is_closed_won: 'true', closedate: '2026-10-31T13:30:00Z' };
		// Half past midnight in Sydney.
		expect(needs(closed)[0]).toMatchObject({ lastDay: '2026-11-01' });
	});

	it.each([
		['not_a_number', { amount: '1,500.00' }, 'deal.properties.amount'],
		['not_a_number', { amount: 'lots' }, 'deal.properties.amount'],
		['unknown_currency', { deal_currency_code: 'Bitcoin' }, 'deal.properties.deal_currency_code'],
		['rate_missing', { deal_currency_code: 'CHF' }, 'currency'],
		['numeric_out_of_range', { amount: '12345678901' }, 'amount'],
		['invalid_record', { amount: { value: 1 } }, 'deal.properties.amount'],
	])('is rejected as %s where the properties are %j', (code, properties, path) => {
		expect(refusal({ properties })).toBe(`${code} at ${path}`);
	});
});

describe('a deal’s status', () => {
	const closed = { dealstage: '501', hs_is_closed: null, hs_is_closed_won: null };
	const stage = (isClosed: unknown, probability: unknown) => [{ ...STAGES[1], isClosed, probability }];
	const history = [{ value: '501', timestamp: '2026-11-01T00:00:00Z' }];

	it.each([
		['the deal says won', { hs_is_closed_won: 'true' }, STAGES, 'won'],
		['the deal says lost', { hs_is_closed_lost: 'true', hs_is_closed_won: 'false' }, STAGES, 'lost'],
		['the deal says open', { hs_is_closed: 'false' }, stage('true', '1.0'), 'active'],
		[
			'the deal says neither won nor lost',
			{ hs_is_closed_won: 'false', hs_is_closed_lost: 'false' },
			[],
			'active',
		],
		['only the stage speaks: a "Closed lost" that is open', {}, STAGES, 'active'],
		['only the stage speaks: open at probability 0', {}, stage('false', '0.0'), 'active'],
		['only the stage speaks: closed at 1', {}, stage('true', '1'), 'won'],
		['only the stage speaks: closed at 0', {}, stage('true', '0.0'), 'lost'],
	])('is right when %s', (_name, properties, stages, status) => {
		expect(latest({ properties: { ...closed, ...properties }, history, stages })).toMatchObject({ status });
	});

	it.each([
		['closed at a chance between', stage('true', '0.8')],
		['a stage that is gone', []],
	])('is not guessed: %s', (_name, stages) => {
		expect(refusal({ properties: closed, history, stages })).toBe(
			'status_unknown at deal.properties.dealstage',
		);
	});

	it.each([
		['its id', '501'],
		['its label', 'closed lost'],
	])('is what the operator’s map says, by %s, before all else', (_name, key) => {
		const stageMap = new Map([[key, 'lost' as const]]);
		const properties = { ...closed, hs_is_closed_won: 'true' };
		expect(latest({ properties, history }, { stageMap })).toMatchObject({ status: 'lost' });
	});

	it('is stale where nothing happened for long', () => {
		const properties = { hs_lastmodifieddate: '2026-10-10T00:00:00Z' };
		expect(latest({ properties })).toMatchObject({ status: 'stale' });
		expect(
			latest({ properties: { ...properties, notes_last_updated: '2026-11-01T00:00:00Z' } }),
		).toMatchObject({
			status: 'active',
			metadata: { lastActivityAt: '2026-11-01T00:00:00.000Z' },
		});
	});
});

describe('a deal’s entries', () => {
	const versions = [
		{ value: 'won', timestamp: '2026-11-03T00:00:00.5Z', sourceType: 'API' },
		{ value: '501', timestamp: '2026-11-02T00:00:00Z' },
		{ value: 'new', timestamp: '1790812800000' },
	];
	const properties = { dealstage: 'won', hs_is_closed: 'true', hs_is_closed_won: 'true' };
	const ids = (variant: Variant) =>
		normalised(variant).rows.map(({ row: given }) => (given as unknown as { externalId: string }).externalId);

	it('are those of its history, whatever their order, with ids that never change', () => {
		const wanted = ['deal:77:new:1790812800000', 'deal:77:501:1793577600000', 'deal:77:won:1793664000500'];
		expect(ids({ history: versions, properties })).toEqual(wanted);
		expect(ids({ history: versions.toReversed(), properties })).toEqual(wanted);
		expect(ids({ history: [...versions, ...versions], properties })).toEqual(wanted);
	});

	it('entries of one instant end with the stage that the deal is in', () => {
		const at = '2026-11-03T00:00:00Z';
		const history = ['new', 'won', '501'].map((value) => ({ value, timestamp: at }));
		expect(ids({ history, properties }).at(-1)).toContain(':won:');
	});

	it('have the present stage also where the history lacks it', () => {
		const entered = { ...properties, hs_v2_date_entered_current_stage: '2026-11-04T00:00:00Z' };
		expect(ids({ history: versions.slice(1), properties: entered }).at(-1)).toBe('deal:77:won:1793750400000');
		expect(ids({ history: null, properties: entered })).toEqual(['deal:77:won:1793750400000']);
		expect(ids({ history: [], properties })).toEqual([`deal:77:won:${Date.parse('2026-10-01')}`]);
	});

	it('name the stage and its pipeline; a removed stage by its id', () => {
		const rows = normalised({ history: versions, properties, stages: STAGES.slice(1) }).rows.map(
			({ row: given }) => given,
		);
		expect(rows).toMatchObject([
			{ stage: 'stage:new', status: 'passed', value: null, metadata: { stageId: 'new', pipeline: null } },
			{ stage: 'Closed lost', status: 'passed', metadata: { pipeline: 'Partners', probability: '0.80' } },
			{
				stage: 'Won',
				status: 'won',
				value: '1500.50',
				metadata: { pipelineId: 'default', dealName: 'Fit-out' },
			},
		]);
	});

	it('must be there', () => {
		expect(refusal({ history: [], properties: { dealstage: '' } })).toBe(
			'stage_missing at deal.properties.dealstage',
		);
		const history = [{ value: 'new', timestamp: 'once' }];
		expect(refusal({ history })).toBe('not_an_instant at deal.propertiesWithHistory.dealstage[0].timestamp');
	});
});

describe('a deal’s client', () => {
	const clientOf = (variant: Variant, clientPer: 'account' | 'company') =>
		normalised(variant, { clientPer }).rows[0]!.client;

	it('is the portal, or its company', () => {
		const company = { id: '9001', name: 'Harbour Bakery' };
		const portal = { externalId: '24101001', clientName: 'harbour.example', industry: null };
		expect(clientOf({ company }, 'account')).toEqual(portal);
		expect(clientOf({}, 'company')).toEqual(portal);
		expect(clientOf({ company }, 'company')).toMatchObject({
			externalId: '24101001:9001',
			clientName: 'Harbour Bakery',
		});
		expect(clientOf({ company: { id: 9001, name: null } }, 'company').clientName).toBeNull();
	});
});

describe('deletions', () => {
	it('name a deleted deal, which gives no rows', () => {
		const gone = raw({ deal: { id: '77' }, deleted: { at: '2026-11-20T00:00:00Z' } });
		expect(deals.normalise(gone, SETTINGS, new Conversion([]))).toEqual({
			rows: [],
			deletions: [{ table: 'lead_events', leadId: '77', deletedAt: '2026-11-20T00:00:00.000Z' }],
			unknownProperties: [],
		});
		expect(deals.ratesNeeded(gone, SETTINGS)).toEqual([]);
	});

	it('name the deals that were merged into this one, each since its own merge', () => {
		const merged = [
			{ value: '12;13;14', timestamp: '2026-11-05T00:00:00Z' },
			{ value: '12;13', timestamp: '2026-11-01T00:00:00Z' },
		];
		const properties = { hs_merged_object_ids: '12;13;14;77' };
		expect(normalised({ properties, merged }).deletions).toMatchObject([
			{ leadId: '12', deletedAt: '2026-11-01T00:00:00.000Z' },
			{ leadId: '13', deletedAt: '2026-11-01T00:00:00.000Z' },
			{ leadId: '14', deletedAt: '2026-11-05T00:00:00.000Z' },
		]);
		expect(normalised({ properties }).deletions?.[0]).toMatchObject({
			deletedAt: '2026-11-20T00:00:00.123Z',
		});
	});
});

describe('other shapes', () => {
	it('passes what it does not know, and says what that was', () => {
		const { unknownProperties } = normalised({ deal: { sparkle: 1 }, properties: { hs_new_thing: 'x' } });
		expect(unknownProperties).toEqual(['deal.sparkle', 'deal.properties.hs_new_thing']);
	});

	it('takes a deal of an HTTP Request node, and one that is deleted', () => {
		const loose = { record: record().deal, period: '', now: FETCHED_AT };
		const completed = deals.complete(loose);
		expect(completed).toMatchObject({ recordId: '77', fetchedAt: FETCHED_AT });
		const { rows } = deals.normalise(raw(completed.record), SETTINGS, new Conversion([]));
		expect(rows.map(({ row: given }) => given)).toMatchObject([{ stage: 'stage:new', status: 'active' }]);
		const gone = deals.complete({
			...loose,
			record: { id: '7', archived: true, archivedAt: '2026-11-01T00:00:00Z' },
		});
		expect(gone.record).toMatchObject({ deleted: { at: '2026-11-01T00:00:00Z' } });
		expect(() => deals.complete({ ...loose, record: { properties: {} } })).toThrow('The item has no id');
	});
});
