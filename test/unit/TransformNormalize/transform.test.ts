import { describe, expect, it } from '@jest/globals';

import type { Envelope, RejectedMessage, RowMessage, StateMessage } from '../../../nodes/shared/messages';
import { Conversion } from '../../../nodes/shared/conversion';
import { incomingMessage, incomingPreview, type Incoming } from '../../../nodes/TransformNormalize/incoming';
import { looseRecords, type LooseSettings } from '../../../nodes/TransformNormalize/loose-records';
import { ratesNeeded } from '../../../nodes/TransformNormalize/transform';
import { transform } from '../../support/n8n/transformed';
import { imbalances } from '../../../nodes/shared/counts';
import { namedRun } from '../../support/database/named-run';
import { june, profitAndLoss } from '../providers/xero/fixtures';
import { rawMonth, SETTINGS } from '../providers/xero/months';

type Json = Record<string, unknown>;

const recordOf = (month: string, changes: Json = {}, pnl = profitAndLoss('global')): Json => {
	const { json } = rawMonth({ ...june(pnl), month });
	return { ...json, ...changes };
};

const stateOf = (counts: Json, changes: Json = {}): Json => {
	const { tenantId, integrationId, syncRunId, provider, stream, accountId } = rawMonth(june()).envelope;
	const envelope: Envelope = { tenantId, integrationId, syncRunId, provider, stream, accountId };
	return {
		type: 'STATE',
		...envelope,
		state: { readThrough: '2026-06' },
		hasMore: false,
		counts,
		...changes,
	};
};

function incomingOf(items: Json[]): Incoming[] {
	return items.map((json, item) =>
		json.preview ? incomingPreview(json, item) : incomingMessage(json, item, namedRun(json)),
	);
}

function run(items: Json[]) {
	const { outgoing, ...rest } = transform(incomingOf(items), SETTINGS, new Conversion([]), NOW);
	return { ...rest, outgoing, types: outgoing.map(({ message }) => message?.type ?? 'as it came') };
}

const statesOf = (items: Json[]): StateMessage[] =>
	run(items).outgoing.flatMap(({ message }) => (message?.type === 'STATE' ? [message] : []));

const NOW = '2026-11-23T00:00:00.000Z';

const BAD = profitAndLoss('does-not-add-up');

describe('the messages', () => {
	it('leave in order, each in the place of what it came of', () => {
		const failure = {
			...stateOf({}),
			type: 'FAILURE',
			failure: { class: 'rate_limited', message: 'Later.' },
		};
		const deleted = { type: 'DELETED', tenantId: 'tenant-1' };
		const items = [recordOf('2026-05'), recordOf('2026-06', {}, BAD), deleted, recordOf('2026-07')];
		const newer = { type: 'NEWER', tenantId: 'tenant-1', syncRunId: null };
		const { outgoing, types } = run([...items, stateOf({ extracted: 3 }), failure, newer]);
		expect(types).toEqual(['ROW', 'REJECTED', 'as it came', 'ROW', 'STATE', 'as it came', 'as it came']);
		expect(outgoing.map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5, 6]);
	});

	it('carry the envelope of their record, and a rejected one its record', () => {
		const [row, rejected] = run([recordOf('2026-05'), recordOf('2026-06', {}, BAD)]).outgoing;
		const { envelope } = rawMonth(june());
		expect(row?.message).toMatchObject({
			type: 'ROW',
			...envelope,
			recordId: '2026-05',
			table: 'financials',
		});
		expect(row?.message).not.toHaveProperty('record');
		expect(rejected?.message).toEqual({
			type: 'REJECTED',
			...envelope,
			recordId: '2026-06',
			stage: 'transform',
			reason: expect.objectContaining({ code: 'does_not_add_up' }),
			record: { ...june(BAD), month: '2026-06' },
		});
	});

	it('never changes incoming messages', () => {
		const items = [
			recordOf('2026-05'),
			recordOf('2026-06', {}, BAD),
			recordOf('2026-05'),
			stateOf({ extracted: 3 }),
		];
		const before = structuredClone(items);
		items.forEach(deepFreeze);
		run(items);
		expect(items).toEqual(before);
	});
});

describe('the counts', () => {
	it('counts a STATE’s own records', () => {
		const items = [recordOf('2026-05'), recordOf('2026-06', {}, BAD), stateOf({ extracted: 2 })];
		expect(statesOf(items)[0]?.counts).toEqual({
			extracted: 2,
			normalised: 1,
			rejected: 1,
			filtered: 0,
			rows: { produced: 1, deduplicated: 0 },
		});
	});

	it('start again after each STATE', () => {
		const items = [
			recordOf('2026-05'),
			stateOf({ extracted: 1 }),
			recordOf('2026-06'),
			stateOf({ extracted: 1 }),
		];
		expect(statesOf(items).map(({ counts }) => counts.normalised)).toEqual([1, 1]);
	});

	it('are kept apart by tenant, run, stream and account', () => {
		const others = [{ tenantId: 'tenant-2' }, { syncRunId: 'run-2' }, { accountId: 'organisation-2' }];
		const items = others.flatMap((other) => [recordOf('2026-05', other), recordOf('2026-06')]);
		const states = statesOf([
			...items,
			stateOf({ extracted: 3 }),
			...others.map((other) => stateOf({ extracted: 1 }, other)),
		]);
		expect(states.map(({ counts }) => counts.normalised)).toEqual([3, 1, 1, 1]);
	});

	it('show what somebody took out in between, but not what the provider skipped', () => {
		const [state] = statesOf([recordOf('2026-05'), stateOf({ extracted: 5, skipped: 1 })]);
		expect(state?.counts).toMatchObject({ normalised: 1, filtered: 3, skipped: 1 });
	});

	it('do not hide what somebody added', () => {
		const [state] = statesOf([recordOf('2026-05'), recordOf('2026-06'), stateOf({ extracted: 1 })]);
		expect(state?.counts).toMatchObject({ normalised: 2, filtered: 0 });
		expect(imbalances('months', { records: state!.counts, rows: {} })).toHaveLength(1);
	});

	it('are not counted twice where the node stands twice in a workflow', () => {
		const items = [recordOf('2026-05'), recordOf('2026-06', {}, BAD), stateOf({ extracted: 3 })];
		const once = run(items).outgoing.map(({ message }) => message as unknown as Json);
		expect(statesOf(once)[0]?.counts).toEqual(statesOf(items)[0]?.counts);
	});

	it('always add up, whatever comes', () => {
		const bad = [null, [], 'text', {}, { ...june(), month: '' }].map((record) =>
			recordOf('2026-05', { record }),
		);
		const keys = [0, '', 'a "b" \'c\' 🦘', undefined, null, {}, 'x'.repeat(100_000), 'a\0b', '__proto__'];
		const items = [...bad, ...keys.map((recordId) => recordOf('2026-05', { recordId }))];
		const { outgoing } = run([...items, stateOf({ extracted: items.length })]);
		const state = outgoing.at(-1)?.message as StateMessage;
		expect(imbalances('months', { records: state.counts, rows: {} })).toEqual([]);
		const { counts } = state;
		const left = outgoing.filter(({ message }) => message?.type === 'ROW').length;
		expect(left + (counts.rows?.deduplicated ?? 0)).toBe(counts.rows?.produced);
		expect(outgoing.filter(({ message }) => message?.type === 'REJECTED')).toHaveLength(counts.rejected ?? 0);
	});
});

describe('rows of one key', () => {
	const revenues = (items: Json[]): unknown[] =>
		run(items).outgoing.flatMap(({ message }) =>
			message?.type === 'ROW' ? [(message as RowMessage).row.revenue] : [],
		);

	it('are reduced to the later one, which the STATE counts', () => {
		const twice = [
			recordOf('2026-05'),
			recordOf('2026-06'),
			recordOf('2026-05', {}, profitAndLoss('australian')),
		];
		const items = [...twice, stateOf({ extracted: 3 })];
		expect(revenues(items)).toEqual(['11000.00', '10262.45']);
		expect(statesOf(items)[0]?.counts.rows).toEqual({ produced: 3, deduplicated: 1 });
	});

	it('treats rows of another client, or after the STATE, as different', () => {
		const elsewhere = recordOf('2026-05', {
			account: { ...rawMonth(june()).json.account, id: 'organisation-2' },
		});
		const items = [
			recordOf('2026-05'),
			elsewhere,
			stateOf({ extracted: 2 }),
			recordOf('2026-05'),
			stateOf({ extracted: 1 }),
		];
		expect(revenues(items)).toHaveLength(3);
	});

	it('leaves rows without a STATE after them to Postgres Upsert, which counts them', () => {
		expect(revenues([recordOf('2026-05'), recordOf('2026-05')])).toHaveLength(2);
	});
});

describe('a record that nobody can use', () => {
	const rejectedOf = (json: Json): RejectedMessage => {
		const [out] = run([json]).outgoing;
		expect(out?.message?.type).toBe('REJECTED');
		return out?.message as RejectedMessage;
	};

	it.each([
		[{ stream: 'unheardOf' }, 'unknown_stream'],
		[{ provider: '__proto__' }, 'unknown_stream'],
		[{ provider: 17 }, 'unknown_stream'],
		[{ recordId: '' }, 'invalid_record'],
		[{ recordId: undefined }, 'invalid_record'],
		[{ fetchedAt: 'yesterday' }, 'invalid_record'],
		[{ account: null }, 'invalid_record'],
		[{ record: undefined }, 'invalid_record'],
	])('is rejected for %j as %s', (changes, code) => {
		expect(rejectedOf(recordOf('2026-05', changes)).reason.code).toBe(code);
	});

	it('can always be stored', () => {
		const message = rejectedOf(recordOf('2026-05', { recordId: 'a\0\ud800', accountId: '\0', record: null }));
		const { record, ...rest } = message;
		expect(record).toBeNull();
		expect(JSON.stringify(rest)).not.toMatch(/\\u0000|\\ud800/);
		expect([message.recordId, message.accountId]).toEqual(['a��', '�']);
	});

	it('may be a thousand levels deep', () => {
		let deep: unknown = 'bottom';
		for (let level = 0; level < 1_000; level++) deep = level % 2 ? [deep] : { deep };
		expect(rejectedOf(recordOf('2026-05', { record: { month: deep } })).reason.code).toBe('invalid_record');
		const beside = { ...june(), deep };
		expect(run([recordOf('2026-05', { record: beside })]).types).toEqual(['ROW']);
	});
});

describe('the rates needed', () => {
	it('are asked for once, and only where books are in another currency', () => {
		const kiwi = { account: { ...rawMonth(june()).json.account, currency: 'NZD' } };
		const items = [
			recordOf('2026-05'),
			recordOf('2026-05', kiwi),
			recordOf('2026-05', kiwi),
			recordOf('2026-06', kiwi),
		];
		expect(ratesNeeded(incomingOf([...items, recordOf('x', { ...kiwi, record: null })]), SETTINGS)).toEqual([
			{ from: 'NZD', to: 'AUD', firstDay: '2026-05-01', lastDay: '2026-05-31' },
			{ from: 'NZD', to: 'AUD', firstDay: '2026-06-01', lastDay: '2026-06-30' },
		]);
	});
});

describe('properties that are not known', () => {
	it('are counted by record', () => {
		const report = { ...profitAndLoss('global'), Surprise: 1 };
		const { unknownProperties } = run([
			recordOf('2026-05', {}, report),
			recordOf('2026-06', {}, report),
			recordOf('2026-07'),
		]);
		expect([...unknownProperties]).toEqual([['xero/monthlyFinancials Reply.Surprise', 2]]);
	});
});

describe('the origin that a message states', () => {
	it('is not believed: tenant, connection, run and provider are the run’s', () => {
		const foreign = { tenantId: 'victim', integrationId: 'theirs', syncRunId: 'other', provider: 'myob' };
		const run = namedRun(recordOf('2026-05'));
		const [record, state] = [recordOf('2026-05', foreign), stateOf({}, foreign)].map((json) =>
			incomingMessage(json, 0, run),
		);
		const own = { tenantId: 'tenant-1', syncRunId: run.syncRunId, provider: 'xero' };
		expect(record).toMatchObject({ kind: 'record', envelope: own });
		expect(state).toMatchObject({ kind: 'state', message: own });
	});

	it('is taken of a preview as it is, but for its run: it has none', () => {
		const preview = incomingPreview(recordOf('2026-05', { preview: true, syncRunId: 'theirs' }), 0);
		expect(preview).toMatchObject({ envelope: { syncRunId: null }, raw: { syncRunId: null }, preview: true });
	});

	it('counts by known names and whole numbers alone', () => {
		const hostile = JSON.parse(
			'{"extracted": 3, "skipped": -1, "rejected": 1e308, "filtered": 1.5, "toString": 3, "__proto__": {"polluted": 1}, "rows": {"produced": "7", "inserted": 5, "deduplicated": 2}}',
		) as Json;
		const state = incomingMessage(stateOf(hostile), 0, namedRun(recordOf('2026-05')));
		expect(state).toMatchObject({ message: { counts: { extracted: 3, rows: { deduplicated: 2 } } } });
		expect(JSON.stringify(state)).not.toMatch(/skipped|toString|polluted|inserted|produced/);
	});
});

describe('a preview', () => {
	it('stays one, whatever becomes of its records', () => {
		const items = [recordOf('2026-05'), recordOf('2026-06', {}, BAD)];
		const { outgoing } = run(items.map((item) => ({ ...item, preview: true, syncRunId: null })));
		expect(outgoing.map(({ message }) => [message?.type, message?.preview])).toEqual([
			['ROW', true],
			['REJECTED', true],
		]);
		expect(run(items).outgoing.some(({ message }) => 'preview' in (message ?? {}))).toBe(false);
	});
});

describe('raw records of other nodes', () => {
	const always = (value: string) => () => value;
	const settings = (changes: Partial<Record<keyof LooseSettings, string>> = {}): LooseSettings => ({
		provider: 'xero',
		stream: always(changes.stream ?? 'monthlyFinancials'),
		tenantId: always(changes.tenantId ?? 'tenant-1'),
		accountId: always(changes.accountId ?? 'organisation-1'),
		accountName: always(changes.accountName ?? 'Harbour Bakery Pty Ltd'),
		accountTimezone: always(changes.accountTimezone ?? 'Australia/Sydney'),
		accountCurrency: always(changes.accountCurrency ?? 'aud'),
		period: always(changes.period ?? ''),
		recordsAt: always(changes.recordsAt ?? ''),
	});
	const read = (json: Json, changes = {}) => looseRecords(json, 4, settings(changes), NOW);
	const replies = { profitAndLoss: june().profitAndLoss, bankSummary: june().bankSummary };

	it('become the rows that Extract’s would', () => {
		const { outgoing } = transform(read(replies, { period: '2026-06' }), SETTINGS, new Conversion([]), NOW);
		const [expected] = run([recordOf('2026-06', { syncRunId: null, integrationId: null })]).outgoing;
		expect(outgoing).toEqual([{ ...expected, item: 4 }]);
	});

	it('are as old as the replies in them', () => {
		expect(read(june())[0]?.json.fetchedAt).toBe('2026-07-01T01:00:00.000Z');
		expect(read({ month: '2026-06' })[0]?.json.fetchedAt).toBe(NOW);
	});

	it('may stand in a list inside the item', () => {
		const json = { data: { months: [june(), { ...june(), month: '2026-07' }] } };
		const found = read(json, { recordsAt: 'data.months' });
		expect(found.map(({ item, json: { recordId } }) => [item, recordId])).toEqual([
			[4, '2026-06'],
			[4, '2026-07'],
		]);
		expect(read({ data: { months: [] } }, { recordsAt: 'data.months' })).toEqual([]);
	});

	it.each(['data', 'data.nothing', '__proto__', 'constructor.name', 'data.length'])(
		'are not at %s',
		(recordsAt) => {
			expect(() => read({ data: 'text' }, { recordsAt })).toThrow(/Records At/);
		},
	);

	it.each([
		[{ tenantId: '' }, /Tenant/],
		[{ accountId: '' }, /Account ID/],
		[{ accountCurrency: '' }, /Account Currency/],
		[{ stream: '' }, /Stream/],
		[{ stream: 'unheardOf' }, /Stream/],
		[{}, /Period/],
	])('cannot be placed with the parameters %j', (changes, message) => {
		expect(() => read(replies, changes)).toThrow(message);
	});
});

describe('20,000 records', () => {
	it('are reduced to the best of each key', () => {
		const sample = recordOf('2026-06');
		const items = Array.from({ length: 20_000 }, (_, index) => ({
			...sample,
			record: { ...(sample.record as Json), month: `${1900 + (index % 100)}-06` },
		}));
		const incoming = incomingOf([...items, stateOf({ extracted: 20_000 })]);
		expect(ratesNeeded(incoming, SETTINGS)).toEqual([]);
		const { outgoing } = transform(incoming, SETTINGS, new Conversion([]), NOW);
		expect(outgoing).toHaveLength(101);
	});
});

function deepFreeze(value: unknown): void {
	if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
	Object.freeze(value);
	Object.values(value).forEach(deepFreeze);
}
