import { describe, expect, it } from '@jest/globals';

import { readDealHistory } from '../../../../nodes/providers/pipedrive/deal-history';
import { recordSchema, findUnknownFields } from '../../../../nodes/providers/pipedrive/schemas';
import { Rejection } from '../../../../nodes/shared/rejection';
import { parseAs } from '../../../../nodes/shared/shape';
import { SKETCHES } from '../../../sandbox/pipedrive/catalogue';
import { entriesOf } from '../../../sandbox/pipedrive/totals';
import { readDeals, scene } from './reading';

const ACCOUNT = { id: '7654321', name: 'Harbour Cafe', timezone: 'Australia/Sydney', currency: 'AUD' };

const DEAL = {
	id: 57,
	title: 'Kiosk',
	stage_id: 12,
	pipeline_id: 1,
	org_id: 301,
	value: 1234.5,
	currency: 'AUD',
	status: 'open',
	add_time: '2026-06-30T23:30:00Z',
	update_time: '2026-07-02T10:00:00.123Z',
};

const change = (
	id: number | string,
	from: unknown,
	to: unknown,
	time: string,
	more: object = {},
): object => ({
	object: 'dealChange',
	timestamp: time,
	data: {
		id,
		field_key: 'stage_id',
		old_value: from,
		new_value: to,
		log_time: time,
		additional_data: [],
		...more,
	},
});

const STAGES = [
	{ id: 10, name: 'Lead In', pipeline_id: 1, deal_probability: 10 },
	{ id: 11, name: 'Contact Made', pipeline_id: 1, deal_probability: 30 },
	{ id: 12, name: 'Proposal', pipeline_id: 1, deal_probability: null },
];

const record = (deal: object = {}, more: object = {}): Record<string, unknown> => ({
	deal: { ...DEAL, ...deal },
	stageChanges: [
		change(902, '11', '12', '2026-07-02 09:00:00'),
		change(901, '10', '11', '2026-07-01 09:00:00'),
	],
	stages: STAGES,
	pipelines: [{ id: 1, name: 'Sales' }],
	organization: { id: 301, name: 'Kiosk Company' },
	...more,
});

const history = (raw: unknown, clientPer: 'account' | 'company' = 'account') =>
	readDealHistory(parseAs(recordSchema, raw, ''), ACCOUNT, { clientPer });

const steps = (raw: unknown): string[] =>
	history(raw).entries.map(({ externalId, enteredAt, stage }) => `${externalId} ${enteredAt} ${stage}`);

function rejection(work: () => unknown): Rejection {
	try {
		work();
	} catch (error) {
		if (error instanceof Rejection) return error;
		throw error;
	}
	throw new Error('It was not rejected.');
}

describe('the stages that a deal entered', () => {
	it.each(SKETCHES.map(({ consent }) => consent))('are those of the sandbox: %s', async (consent) => {
		const at = scene(consent, {
			traits: SKETCHES.find((one) => one.consent === consent)!.traits.filter(
				(trait) => trait !== 'customCurrency',
			),
		});
		const { records } = await readDeals(at);
		const account = { ...ACCOUNT, id: String(at.company.id), timezone: at.company.sketch.timezone };
		const told = records.flatMap((one) => {
			if (!('record' in one) || (one.record.deal as { is_deleted: boolean }).is_deleted) return [];
			const { entries, leadId } = readDealHistory(parseAs(recordSchema, one.record, ''), account, {
				clientPer: 'account',
			});
			return entries.map(({ externalId, enteredAt, stage }) => ({
				leadId,
				externalId,
				at: enteredAt,
				stage,
			}));
		});
		const golden = entriesOf(at.company, at.clock.now()).map(
			({ leadId, externalId, at: entered, stage }) => ({
				leadId,
				externalId,
				at: entered,
				stage,
			}),
		);
		const byId = (a: { externalId: string }, b: { externalId: string }): number =>
			a.externalId < b.externalId ? -1 : 1;
		expect(told.sort(byId)).toEqual(golden.sort(byId));
	});

	it('begin with its creation, in the stage that the first change left', () => {
		expect(steps(record())).toEqual([
			'deal:57:created 2026-06-30T23:30:00.000Z Lead In',
			'deal:57:flow:901 2026-07-01T09:00:00.000Z Contact Made',
			'deal:57:flow:902 2026-07-02T09:00:00.000Z Proposal',
		]);
	});

	it('are its creation alone where it never moved', () => {
		expect(steps(record({}, { stageChanges: [] }))).toEqual([
			'deal:57:created 2026-06-30T23:30:00.000Z Proposal',
		]);
	});

	it('are the same with ids as numbers, entries twice and in any order', () => {
		const [later, earlier] = [
			change(902, 11, 12, '2026-07-02 09:00:00'),
			change('901', 10, 11, '2026-07-01 09:00:00'),
		];
		expect(steps(record({}, { stageChanges: [earlier, later, earlier] }))).toEqual(steps(record()));
	});

	it('order changes of the same second by their ids as numbers', () => {
		const at = '2026-07-01 09:00:00';
		const stageChanges = [change(1000, '11', '12', at), change(999, '10', '11', at)];
		expect(steps(record({}, { stageChanges })).map((step) => step.split(' ')[0])).toEqual([
			'deal:57:created',
			'deal:57:flow:999',
			'deal:57:flow:1000',
		]);
	});

	it('take the first change for the creation where it comes from no stage', () => {
		const stageChanges = [change(901, null, '10', '2026-06-30 23:30:00')];
		expect(steps(record({ stage_id: 10 }, { stageChanges }))).toEqual([
			'deal:57:created 2026-06-30T23:30:00.000Z Lead In',
		]);
	});

	it('name a removed stage as it was called then, else by its id', () => {
		const formatted = { additional_data: { old_value_formatted: 'Old Lead', new_value_formatted: ' ' } };
		const stageChanges = [change(901, '80', '81', '2026-07-01 09:00:00', formatted)];
		expect(history(record({ stage_id: 81 }, { stageChanges })).entries.map(({ stage }) => stage)).toEqual([
			'Old Lead',
			'stage:81',
		]);
	});

	it('carry their pipeline and its chances', () => {
		expect(history(record()).entries.map(({ metadata }) => metadata)).toEqual([
			{ stageId: '10', pipelineId: '1', pipeline: 'Sales', stageProbability: 10 },
			{ stageId: '11', pipelineId: '1', pipeline: 'Sales', stageProbability: 30 },
			{ stageId: '12', pipelineId: '1', pipeline: 'Sales' },
		]);
	});
});

describe('a deal', () => {
	it.each([
		['open', 'active'],
		['won', 'won'],
		['lost', 'lost'],
	])('is read with the status %s as %s', (status, ours) => {
		expect(history(record({ status })).status).toBe(ours);
	});

	it.each([
		[1234.5, '1234.50'],
		[0.1, '0.10'],
		[7000, '7000.00'],
		[12.345, '12.345'],
		[-0.01, '-0.01'],
		['99.90', '99.90'],
		[1e21, '1000000000000000000000.00'],
		[0, '0.00'],
	])('is read with the value %s as exactly %s', (value, text) => {
		expect(history(record({ value })).amount).toEqual({ value: text, currency: 'AUD' });
	});

	it('may have no worth, and one of zero needs no currency', () => {
		expect(history(record({ value: null })).amount).toBeNull();
		expect(history(record({ value: 0, currency: null })).amount).toEqual({ value: '0.00', currency: '' });
	});

	it('rejects a deal in a company’s own currency with the place', () => {
		const refused = rejection(() => history(record({ currency: 'BEANS' })));
		expect(refused).toMatchObject({ code: 'unknown_currency', path: 'deal.currency' });
		expect(refused.message).toContain('"BEANS"');
	});

	it('is valued on the company’s own day of closing, which no time zone shifts', () => {
		const closed = { status: 'won', close_time: '2026-07-02T14:30:00Z' };
		expect(history(record({ ...closed, local_close_date: '2026-07-01' })).valueDay).toBe('2026-07-01');
		expect(history(record({ ...closed, local_won_date: '2026-07-01' })).valueDay).toBe('2026-07-01');
		expect(history(record(closed)).valueDay).toBe('2026-07-03');
		expect(history(record({ update_time: '2026-07-02T14:30:00Z' })).valueDay).toBe('2026-07-03');
		expect(history(record({ update_time: null })).valueDay).toBe('2026-07-01');
	});

	it('was last touched when it was changed, moved or made, whichever is latest', () => {
		expect(history(record()).lastActivityAt).toBe('2026-07-02T10:00:00.123Z');
		expect(history(record({ update_time: null })).lastActivityAt).toBe('2026-06-30T23:30:00.000Z');
		const moved = { update_time: null, stage_change_time: '2026-07-02T09:00:00Z' };
		expect(history(record(moved)).lastActivityAt).toBe('2026-07-02T09:00:00.000Z');
		expect(history(record({ update_time: null })).version).toBe('2026-06-30T23:30:00.000Z');
	});

	it('belongs to its company in Pipedrive, or to the organization it is about', () => {
		expect(history(record()).client).toEqual({
			externalId: '7654321',
			clientName: 'Harbour Cafe',
			industry: null,
		});
		expect(history(record(), 'company').client).toEqual({
			externalId: '7654321:301',
			clientName: 'Kiosk Company',
			industry: null,
		});
		expect(history(record({}, { organization: null }), 'company').client.externalId).toBe('7654321');
		expect(history(record({}, { organization: { id: 301, name: null } }), 'company').client.clientName).toBe(
			null,
		);
	});

	it('tells how it ended and why', () => {
		const lost = {
			status: 'lost',
			lost_time: '2026-07-02T10:00:00Z',
			close_time: '2026-07-02T10:00:00Z',
			lost_reason: 'Price',
		};
		expect(history(record(lost)).metadata).toMatchObject({
			title: 'Kiosk',
			lostTime: '2026-07-02T10:00:00.000Z',
			closeTime: '2026-07-02T10:00:00.000Z',
			lostReason: 'Price',
		});
	});
});

describe('unexpected data', () => {
	it.each([
		['deal.status', { status: 'paused' }],
		['deal.stage_id', { stage_id: { id: 12 } }],
		['deal.value', { value: { amount: 5 } }],
		['deal.value', { value: 'a lot' }],
	])('is refused with its path: %s of %j', (path, deal) => {
		expect(rejection(() => history(record(deal))).path).toBe(path);
	});

	it('is refused in a change of stage too', () => {
		const stageChanges = [change(901, '10', null, '2026-07-01 09:00:00')];
		expect(rejection(() => history(record({}, { stageChanges }))).path).toBe(
			'stageChanges[0].data.new_value',
		);
		const timeless = [{ data: { id: 901, old_value: '10', new_value: '11' } }];
		expect(rejection(() => history(record({}, { stageChanges: timeless }))).path).toBe(
			'stageChanges[0].data.log_time',
		);
	});

	it('is counted where it is only unknown; fields of the company’s own are not', () => {
		expect(findUnknownFields({ ...DEAL, custom_fields: { abc: 1 }, sparkle: true })).toEqual([
			'deal.sparkle',
		]);
	});
});
