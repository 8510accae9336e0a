import { describe, expect, it } from '@jest/globals';

import { Rejection } from '../../../nodes/shared/rejection';
import { hubspotDeal, linesOf, normalisedDeal, pipedriveDeal, stageChange, type Crm } from './crm-deals';

const unreadableIn = (crm: Crm, record: unknown): unknown => {
	const result = normalisedDeal(crm, record);
	return result instanceof Rejection ? result.code : result.remarks?.map(({ detail }) => detail);
};

describe('Pipedrive: a field that no column needs', () => {
	const usual = linesOf('pipedrive', pipedriveDeal({}));
	const FIELDS = [
		...['close_time', 'won_time', 'lost_time', 'local_close_date', 'local_won_date', 'local_lost_date'],
		...[
			'expected_close_date',
			'stage_change_time',
			'probability',
			'lost_reason',
			'owner_id',
			'org_id',
			'title',
		],
	];

	it.each(FIELDS.flatMap((field) => ['', '0000-00-00', '0000-00-00 00:00:00'].map((none) => [field, none])))(
		'is none where %s is %j',
		(field, none) => {
			const record = pipedriveDeal({ [field]: none });
			expect(linesOf('pipedrive', record)).toEqual(usual);
			expect(unreadableIn('pipedrive', record)).toEqual([]);
		},
	);

	it.each(FIELDS)('is null, and is told, where %s cannot be read', (field) => {
		const record = pipedriveDeal({ [field]: { what: ['is', 'this'] } });
		expect(linesOf('pipedrive', record)).toEqual(usual);
		expect(unreadableIn('pipedrive', record)).toEqual([`deal.${field}`]);
	});

	it('falls back where a time is needed', () => {
		const flow = [stageChange(3, '10', '12', '2026-08-01 08:05:56')];
		const first = (deal: object, changes: unknown[] = []) =>
			linesOf('pipedrive', pipedriveDeal({ ...deal }, changes))[0];
		expect(first({ add_time: null }, flow)).toBe('2026-08-01T08:05 Negotiations passed -');
		expect(first({ add_time: '0000-00-00 00:00:00' }, flow)).toBe('2026-08-01T08:05 Negotiations passed -');
		expect(first({ add_time: 'once', stage_change_time: '2026-11-01T00:00:00Z' })).toBe(
			'2026-11-01T00:00 Qualified active 31200.00',
		);
		expect(first({ add_time: null })).toBe('2026-11-10T08:05 Qualified active 31200.00');
		expect(first({ add_time: null, update_time: '' })).toBe('invalid_record at deal.add_time');
	});

	it.each(['1970-01-01 00:00:00', '1970-01-01T00:00:00Z', 0])(
		'makes no entry in 1970 where the deal says it was added at %j',
		(addTime) => {
			const deal = pipedriveDeal({ add_time: addTime }, [stageChange(3, '10', '12', '2026-08-01 08:05:56')]);
			expect(linesOf('pipedrive', deal)).toEqual([
				'2026-08-01T08:05 Negotiations passed -',
				'2026-08-01T08:05 Qualified active 31200.00',
			]);
		},
	);

	it.each([
		['aud', 31200],
		[' AUD ', 31200],
		[{ made: 'up' }, null],
		[5, 0],
	])('is the currency %j of a value of %j as far as it can be', (currency, value) => {
		const [line] = linesOf('pipedrive', pipedriveDeal({ currency, value }));
		expect(line).toMatch(/^2026-07-28T07:51 Qualified active (31200.00|0.00|-)$/);
	});

	it('may be missing in what is said of stages, pipelines and organizations', () => {
		const record = pipedriveDeal({}, [], {
			stages: [{ id: 12, name: null, pipeline_id: 'x', deal_probability: 'low' }],
			pipelines: [{ id: 2, name: 7 }],
			organization: { id: 7, name: ['?'] },
		});
		expect(linesOf('pipedrive', record)).toEqual(['2026-07-28T07:51 stage:12 active 31200.00']);
	});
});

describe('HubSpot: a field that no column needs', () => {
	const history: Array<[string, string]> = [['11', '2026-09-01T00:00:00Z']];
	const FIELDS = [
		...['dealname', 'closedate', 'createdate', 'hs_lastmodifieddate', 'notes_last_updated'],
		...['hs_v2_date_entered_current_stage', 'hs_merged_object_ids', 'hs_exchange_rate'],
	];
	const linesWith = (properties: object) => linesOf('hubspot', hubspotDeal({ ...properties }, history));

	it.each(
		FIELDS.flatMap((field) => ['', '0000-00-00 00:00:00', { a: 1 }, 'nonsense'].map((no) => [field, no])),
	)('does not reject the deal where %s is %j', (field, no) => {
		const lines = linesWith({ [field as string]: no });
		expect(lines).toHaveLength(1);
		expect(lines[0]).toMatch(/^2026-09-01T00:00 Qualified (active|stale) 1200\.00$/);
	});

	it('is told where it cannot be read', () => {
		const record = hubspotDeal({ closedate: 'soon', notes_last_updated: 'lately' }, history);
		expect(unreadableIn('hubspot', record)).toEqual([
			'deal.properties.closedate',
			'deal.properties.notes_last_updated',
		]);
	});
});

describe('a field that a column needs', () => {
	it('still rejects the deal when it is missing', () => {
		expect(linesOf('pipedrive', pipedriveDeal({ value: 'a lot' }))).toEqual(['not_a_number at deal.value']);
		expect(linesOf('hubspot', hubspotDeal({ amount: 'a lot' }, []))).toEqual([
			'not_a_number at deal.properties.amount',
		]);
	});
});
