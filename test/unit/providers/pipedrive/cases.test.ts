import { describe, expect, it } from '@jest/globals';

import { deals } from '../../../../nodes/providers/pipedrive/normalise-deals';
import { Conversion } from '../../../../nodes/shared/conversion';
import { linesOf, normalisedDeal, rawDeal } from '../crm-deals';
import { SETTINGS } from '../xero/months';

// Deals as people have them: /work/shared/cases/crm-and-database.md, by its numbers.

const DEAL = {
	...{ id: 9, title: 'Refit', org_id: 7, stage_id: 11, pipeline_id: 2, value: 31_200, currency: 'AUD' },
	...{ status: 'open', add_time: '2026-11-01T07:51:28Z', update_time: '2026-11-10T08:05:56Z' },
};

const recordOf = (deal: object, stageChanges: unknown[] = []) => ({
	...{ deal: { ...DEAL, ...deal }, stageChanges, organization: null },
	stages: [
		{ id: 10, name: 'Negotiations', pipeline_id: 2 },
		{ id: 11, name: 'Contract Signed', pipeline_id: 2 },
	],
	pipelines: [{ id: 2, name: 'Sales' }],
});

describe('case 25: times as version 1 writes them, and no last change', () => {
	const never = { update_time: null, stage_change_time: null, stage_id: 10 };

	it('are UTC, with a blank between day and time', () => {
		const duplicated = { ...never, add_time: '2026-11-01 22:03:33', active: true, deleted: false };
		expect(linesOf('pipedrive', recordOf(duplicated))).toEqual([
			'2026-11-01T22:03 Negotiations active 31200.00',
		]);
	});

	it('have the deal valued on the local day on which it was added', () => {
		// In Sydney it is the 2nd: the only rate is of that day.
		const rates = new Conversion([
			{ base: 'USD', quote: 'AUD', date: '2026-11-02', rate: '1.5', source: 'made-up' },
		]);
		const created = { ...never, add_time: '2026-11-01T22:03:27Z', currency: 'USD', value: 499.95 };
		const { rows } = deals.normalise(rawDeal(recordOf(created)), { ...SETTINGS, maxRateAgeDays: 0 }, rates);
		expect(rows.map(({ row }) => row)).toMatchObject([
			{ value: '749.93', metadata: { fx: { rateDate: '2026-11-02', currency: 'USD' } } },
		]);
	});
});

describe('case 26: the flow of a deal as the API gives it', () => {
	it('has its changes of stage read, and the rest of it passed over', () => {
		const change = (id: number, field_key: string, old_value: unknown, new_value: unknown, time: string) => ({
			object: 'dealChange',
			timestamp: time,
			data: { id, item_id: 9, field_key, old_value, new_value, log_time: time, change_source: 'app' },
		});
		const flow = [
			{ object: 'activity', timestamp: '2026-11-11 00:00:00', data: { id: 2, deal_id: 9, done: false } },
			change(3, 'stage_id', '10', '11', '2026-11-10 08:05:56'),
			null,
			{ object: 'note', timestamp: '2026-11-01 07:51:29', data: { id: 2, deal_id: 9, content: 'made up' } },
			{ object: 'dealChange', timestamp: '2026-11-01 07:51:28', data: null },
			change(1, 'add_time', null, '2026-11-01 07:51:28', '2026-11-01 07:51:28'),
		];
		expect(linesOf('pipedrive', recordOf({}, flow))).toEqual([
			'2026-11-01T07:51 Negotiations passed -',
			'2026-11-10T08:05 Contract Signed active 31200.00',
		]);
	});
});

describe('case 28: a deal of version 1 of the API', () => {
	const versionOne = {
		...{ add_time: '2026-11-01 07:51:28', update_time: '2026-11-10 08:05:56', active: true, deleted: false },
		org_id: { name: 'Harbour Café', people_count: 1, owner_id: 25, value: 7 },
		user_id: { id: 25, name: 'K', value: 25 },
		person_id: { active_flag: true, name: 'P', value: 10 },
		stage_id: 10,
	};

	it('is read by the ids of the objects in it', () => {
		expect(linesOf('pipedrive', recordOf(versionOne))).toEqual([
			'2026-11-01T07:51 Negotiations active 31200.00',
		]);
		const { rows } = normalisedDeal('pipedrive', recordOf(versionOne)) as { rows: Array<{ row: object }> };
		expect(rows[0]!.row).toMatchObject({ metadata: { organizationId: '7', ownerId: '25' } });
	});

	it('is gone where it says so, and its value is live nowhere', () => {
		expect(
			normalisedDeal('pipedrive', recordOf({ ...versionOne, deleted: true, active: false })),
		).toMatchObject({
			rows: [],
			deletions: [{ table: 'lead_events', leadId: '9', deletedAt: '2026-11-10T08:05:56.000Z' }],
		});
	});
});
