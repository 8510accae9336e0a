import { describe, expect, it } from '@jest/globals';

import { Rejection } from '../../../nodes/shared/rejection';
import { hubspotDeal, linesOf, normalisedDeal, pipedriveDeal, stageChange } from './crm-deals';

const SIGNED = stageChange(3, '10', '11', '2026-08-01 08:05:56');
const MOVED = { stage_change_time: '2026-11-10T08:05:56Z' };
const ENTERED = { hs_v2_date_entered_current_stage: '2026-11-10T09:00:00.000Z' };
const BACK: Array<[string, string]> = [
	['13', '2026-10-05T00:00:00Z'],
	['11', '2026-09-01T00:00:00Z'],
];

const assumedIn = (crm: 'hubspot' | 'pipedrive', record: unknown): boolean => {
	const result = normalisedDeal(crm, record);
	if (result instanceof Rejection) throw result;
	return (result.remarks ?? []).some(({ kind }) => kind === 'assumedStage');
};

describe('HubSpot: the last entry is the stage that the deal names', () => {
	const passed = ['2026-09-01T00:00 Qualified passed -', '2026-10-05T00:00 Won passed -'];
	it.each([
		['at the time that HubSpot states', ENTERED, BACK, '2026-11-10T09:00 Qualified active 1200.00 assumed'],
		['else at the last change', {}, BACK, '2026-10-05T00:00 Qualified active 1200.00 assumed'],
		[
			'which the stated time cannot go before',
			{ hs_v2_date_entered_current_stage: '2026-09-02T00:00:00Z' },
			BACK,
			'2026-10-05T00:00 Qualified active 1200.00 assumed',
		],
		[
			'and not at a time to come',
			{ hs_v2_date_entered_current_stage: '2099-01-01T00:00:00Z' },
			BACK.toReversed(),
			'2026-10-05T00:00 Qualified active 1200.00 assumed',
		],
		[
			'of a stage that it was never in',
			{ ...ENTERED, dealstage: '12' },
			[...BACK, ...BACK],
			'2026-11-10T09:00 Proposal active 1200.00 assumed',
		],
	])('%s', (_name, properties, history, latest) => {
		const record = hubspotDeal(properties, history);
		expect(linesOf('hubspot', record)).toEqual([...passed, latest]);
		expect(assumedIn('hubspot', record)).toBe(true);
	});

	it('has the id of the true entry of that time, so that this one replaces it', () => {
		const idsOf = (record: unknown) => {
			const result = normalisedDeal('hubspot', record);
			return result instanceof Rejection ? [] : result.rows.map(({ row }) => (row as never)['externalId']);
		};
		const truth = hubspotDeal(ENTERED, [['11', '2026-11-10T09:00:00.000Z'], ...BACK]);
		expect(idsOf(hubspotDeal(ENTERED, BACK))).toEqual(idsOf(truth));
		expect(assumedIn('hubspot', truth)).toBe(false);
	});

	it('places what is dated in the future before the present stage', () => {
		const history: Array<[string, string]> = [
			['13', '2027-03-01T00:00:00Z'],
			['11', '2026-09-01T00:00:00Z'],
		];
		expect(linesOf('hubspot', hubspotDeal(ENTERED, history))).toEqual([
			'2026-09-01T00:00 Qualified passed -',
			'2026-11-10T09:00 Won passed -',
			'2026-11-10T09:00 Qualified active 1200.00 assumed',
		]);
	});

	it('assumes nothing where the history ends there, also at one instant with another stage', () => {
		const at = '2026-10-05T00:00:00Z';
		for (const history of [
			['11', '13'],
			['13', '11'],
		]) {
			const record = hubspotDeal(
				{ hs_v2_date_entered_current_stage: '2026-10-05T00:00:30Z' },
				history.map((stage): [string, string] => [stage, at]),
			);
			expect(linesOf('hubspot', record).at(-1)).toBe('2026-10-05T00:00 Qualified active 1200.00');
		}
	});

	it('counts the same stage twice in a row once, and an entry at the beginning of 1970 not at all', () => {
		const twice: Array<[string, unknown]> = [
			['12', '2026-10-07T00:00:00Z'],
			['12', '2026-10-05T00:00:00Z'],
			['11', '2026-09-01T00:00:00Z'],
			['13', 0],
			['13', '1970-01-01T00:00:00Z'],
		];
		expect(linesOf('hubspot', hubspotDeal({ dealstage: '12' }, twice))).toEqual([
			'2026-09-01T00:00 Qualified passed -',
			'2026-10-05T00:00 Proposal active 1200.00',
		]);
	});
});

describe('Pipedrive: the last entry is the stage that the deal names', () => {
	const made = '2026-07-28T07:51 Negotiations passed -';
	const signed = '2026-08-01T08:05 Contract Signed passed -';
	it.each([
		['at the time that Pipedrive states', MOVED, [SIGNED], [made, signed, '2026-11-10T08:05 Qualified']],
		['else at the last change', {}, [SIGNED], [made, signed, '2026-08-01T08:05 Qualified']],
		['where no change is known', MOVED, [], ['2026-11-10T08:05 Qualified']],
		[
			'where it was moved back since',
			{ ...MOVED, stage_id: 11 },
			[SIGNED],
			[made, signed, '2026-11-10T08:05 Contract Signed'],
		],
	])('%s', (_name, deal, changes, lines) => {
		const record = pipedriveDeal(deal, changes);
		const latest = `${lines.at(-1)} active 31200.00 assumed`;
		expect(linesOf('pipedrive', record)).toEqual([...lines.slice(0, -1), latest]);
		expect(assumedIn('pipedrive', record)).toBe(true);
	});

	it.each([
		[
			'the change of that time is there',
			{ stage_id: 11, stage_change_time: '2026-08-01T08:05:57Z' },
			[SIGNED],
		],
		['it stands where it was made', { stage_change_time: '2026-07-28T07:51:28Z' }, []],
		['Pipedrive states no time', {}, []],
	])('assumes nothing where %s', (_name, deal, changes) => {
		expect(assumedIn('pipedrive', pipedriveDeal(deal, changes))).toBe(false);
	});

	it('is the last change where the deal names no stage', () => {
		expect(linesOf('pipedrive', pipedriveDeal({ stage_id: null }, [SIGNED]))).toEqual([
			made,
			'2026-08-01T08:05 Contract Signed active 31200.00',
		]);
		expect(linesOf('pipedrive', pipedriveDeal({ stage_id: null }))).toEqual([
			'invalid_record at deal.stage_id',
		]);
	});
});
