import { beforeEach, describe, expect, it } from '@jest/globals';

import type { LoadRow } from '../../../db/load/input';
import { useDatabase } from '../../support/database/use-database';
import {
	countsOf,
	days,
	countOutcomes,
	financialsOf,
	loadTarget,
	month,
	rejected,
	rejectionsOf,
	type LoadTarget,
} from '../../support/database/loading';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	target = await loadTarget(database);
});

const rejections = () => rejectionsOf(database, target.tenantId);

/** Nested objects, `levels` deep. */
function nested(levels: number): Record<string, unknown> {
	return JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as Record<string, unknown>;
}

function circle(): Record<string, unknown> {
	const one: Record<string, unknown> = {};
	one.self = one;
	return one;
}

const withRow = (row: Record<string, unknown>): LoadRow => month('2026-06-30', '1.00', { row });
const withMetadata = (metadata: unknown): LoadRow => withRow({ metadata });
const withClient = (client: unknown): LoadRow => ({
	...month('2026-06-30', '1.00'),
	client: client as LoadRow['client'],
});
const withProto = (): LoadRow => {
	const row = month('2026-06-30', '1.00');
	return {
		...row,
		row: JSON.parse(`{"__proto__": {"revenue": "1"}, "recordDate": "2026-06-30"}`) as LoadRow['row'],
	};
};

const REJECTED: Array<[string, LoadRow, string, string]> = [
	['a NUL in a text', withRow({ externalId: 'a\0b' }), 'untranslatable_character', 'externalId'],
	[
		'half a surrogate pair in a text',
		withRow({ externalId: 'a\ud83d' }),
		'untranslatable_character',
		'externalId',
	],
	['a NUL in metadata', withMetadata({ note: 'a\0b' }), 'untranslatable_character', 'metadata'],
	['a NUL in a key of metadata', withMetadata({ 'a\0b': 1 }), 'untranslatable_character', 'metadata'],
	[
		'half a surrogate pair in metadata',
		withMetadata({ note: '\udc00' }),
		'untranslatable_character',
		'metadata',
	],
	['a NUL in _src', withMetadata({ _src: { recordId: '\0' } }), 'untranslatable_character', 'metadata._src'],
	['metadata that is a list', withMetadata([1, 2]), 'wrong_type', 'metadata'],
	['metadata that is a text', withMetadata('{"a":1}'), 'wrong_type', 'metadata'],
	['metadata that refers to itself', withMetadata(circle()), 'invalid_json', 'metadata'],
	['metadata with a big integer', withMetadata({ big: 10n }), 'invalid_json', 'metadata'],
	['metadata too deep for the database', withMetadata(nested(7_000)), '', ''],
	['NaN', withRow({ revenue: NaN }), 'wrong_type', 'revenue'],
	['NaN as a text', withRow({ revenue: 'NaN' }), 'wrong_type', 'revenue'],
	['Infinity', withRow({ revenue: Infinity }), 'wrong_type', 'revenue'],
	['Infinity as a text', withRow({ revenue: '-Infinity' }), 'wrong_type', 'revenue'],
	['a number with thousands separators', withRow({ revenue: '1,000.00' }), 'wrong_type', 'revenue'],
	['a number that is a list', withRow({ revenue: ['1.00'] }), 'wrong_type', 'revenue'],
	['a number that is true', withRow({ revenue: true }), 'wrong_type', 'revenue'],
	['a number too large', withRow({ revenue: '10000000000.00' }), 'numeric_out_of_range', 'revenue'],
	[
		'net profit that is not it once rounded',
		withRow({ revenue: '1.005', netProfit: '1.00' }),
		'check_violation',
		'netProfit',
	],
	[
		'net profit that is not it, by an exponent',
		withRow({ revenue: '1e1', netProfit: '1.00' }),
		'check_violation',
		'',
	],
	[
		'a number too large once it is rounded',
		withRow({ revenue: '9999999999.995' }),
		'numeric_out_of_range',
		'',
	],
	['a number with a huge exponent', withRow({ revenue: '1e999' }), 'numeric_out_of_range', 'revenue'],
	['a missing number', withRow({ revenue: undefined }), 'missing_value', 'revenue'],
	['an empty number', withRow({ revenue: '' }), 'missing_value', 'revenue'],
	['a missing key', withRow({ recordDate: null }), 'missing_value', 'recordDate'],
	['an empty key', withRow({ recordDate: '' }), 'missing_value', 'recordDate'],
	['a key that is 0', withRow({ recordDate: 0 }), 'wrong_type', 'recordDate'],
	[
		'a date that is a word of PostgreSQL',
		withRow({ recordDate: 'infinity' }),
		'invalid_datetime',
		'recordDate',
	],
	[
		'a date that depends on the reader',
		withRow({ recordDate: '30/06/2026' }),
		'invalid_datetime',
		'recordDate',
	],
	[
		'a day that is not in the calendar',
		withRow({ recordDate: '2026-02-30' }),
		'invalid_datetime',
		'recordDate',
	],
	['the year 0', withRow({ recordDate: '0000-01-01' }), 'invalid_datetime', 'recordDate'],
	[
		'an instant for a date',
		withRow({ recordDate: '2026-06-29T14:00:00Z' }),
		'invalid_datetime',
		'recordDate',
	],
	['net profit that is not the difference', withRow({ netProfit: '2.00' }), 'check_violation', 'netProfit'],
	['a column twice, in another case', withRow({ Revenue: '2.00' }), 'unknown_column', 'Revenue'],
	['a column that is not there', withRow({ revenue_: '2.00' }), 'unknown_column', 'revenue_'],
	['a key that pollutes prototypes', withProto(), 'unknown_column', '__proto__'],
	['a table that is not there', { ...withRow({}), table: 'tenants' }, 'unknown_table', 'table'],
	['a table named like a prototype', { ...withRow({}), table: '__proto__' }, 'unknown_table', 'table'],
	['a list for a row', { ...withRow({}), row: [] as unknown as LoadRow['row'] }, 'wrong_type', 'row'],
	['no row', { ...withRow({}), row: null as unknown as LoadRow['row'] }, 'wrong_type', 'row'],
	['no client', withClient(undefined), 'missing_value', 'client'],
	['a list for a client', withClient(['org-1']), 'missing_value', 'client'],
	['a client with an empty id', withClient({ externalId: '', clientName: 'x' }), 'missing_value', 'client'],
	['a client with an object for an id', withClient({ externalId: {} }), 'wrong_type', 'client.externalId'],
	['a NUL in a client', withClient({ externalId: 'a\0' }), 'untranslatable_character', 'client.externalId'],
	[
		'a client id too long for its index',
		withClient({ externalId: noise(9_000) }),
		'program_limit_exceeded',
		'client',
	],
	['another source', withRow({ sourceSystem: 'myob' }), 'other_source', 'sourceSystem'],
	['another source, however long', withRow({ sourceSystem: noise(9_000) }), 'other_source', 'sourceSystem'],
	[
		'a client by an exact id, which may be any of the tenant’s',
		{
			...month('2026-06-30', '1.00'),
			client: { externalId: '', clientId: 'hubspot:portal', clientName: '', industry: null },
		},
		'foreign_client',
		'client.clientId',
	],
];

/** Text that does not get smaller by compression. */
function noise(length: number): string {
	let text = '';
	for (let seed = 7; text.length < length; seed = (seed * 48_271) % 2_147_483_647) text += seed.toString(36);
	return text.slice(0, length);
}

describe('a row that cannot be stored', () => {
	it.each(REJECTED)(
		'%s: is kept with the reason, and its neighbours land',
		async (_name, bad, code, path) => {
			const record = { ...bad, recordId: 'bad' };
			const { outcomes, rejections: reasons } = await target.load([
				month('2026-04-30', '1.00'),
				record,
				month('2026-05-31', '1.00'),
			]);
			expect(outcomes).toEqual(['inserted', 'rejected', 'inserted']);
			expect(reasons.get(1)?.message).toMatch(/./);
			const stored = await rejections();
			expect(stored).toMatchObject([{ recordId: 'bad', stage: 'load', attempts: 1, resolved: false }]);
			if (code) expect(stored).toMatchObject([{ code, path }]);
			expect(await countsOf(database, target.syncRunId)).toMatchObject({
				monthlyFinancials: { rows: { produced: 3, inserted: 2, rejected: 1 } },
			});
		},
	);

	it('is kept whole, with its client and table, so that it can be loaded again', async () => {
		const bad = month('2026-06-30', 'x');
		await target.load([bad]);
		const { table, client, row } = bad;
		expect((await rejections())[0]?.payload).toEqual({ rows: [{ table, client, row }] });
	});

	it.each([
		['a NUL', 'id\0', 'id\\u0000'],
		['half a surrogate pair', 'id\ud800', 'id\\ud800'],
		['a megabyte', 'x'.repeat(1_000_000), 'x'.repeat(1_000_000)],
		['quotes, spaces and an emoji', `it's "😀" \\ `, `it's "😀" \\ `],
		['the number 0', 0 as unknown as string, '0'],
	])('is kept under its record id when that has %s', async (_name, recordId, kept) => {
		await target.load([{ ...month('2026-06-30', 'x'), recordId }], { rejected: [rejected(recordId)] });
		const ids = (await rejections()).map((one) => [one.stage, one.recordId]);
		expect(ids.sort()).toEqual([
			['load', kept],
			['transform', kept],
		]);
		await target.nextRun();
		await target.load([{ ...month('2026-06-30', '1.00'), recordId }]);
		expect((await rejections()).map(({ resolved }) => resolved)).toEqual([true, true]);
	});

	it('a row without a record id is known by its content', async () => {
		const nameless = [
			{ ...month('2026-05-31', 'x'), recordId: '' },
			{ ...month('2026-06-30', 'x'), recordId: undefined as unknown as string },
		];
		await target.load(nameless);
		await target.load(nameless);
		expect((await rejections()).map(({ recordId }) => recordId.slice(0, 7))).toEqual(['sha256:', 'sha256:']);
	});

	it('leaves 4,993 good ones of 5,000 in the table, wherever the bad ones stand', async () => {
		const rows = days(5_000);
		const bad = [0, 1, 1_234, 2_499, 2_500, 4_321, 4_999];
		for (const index of bad) rows[index]!.row.revenue = '9999999999.995';
		const result = await target.load(rows);
		expect(countOutcomes(result)).toEqual({ inserted: 4_993, rejected: 7 });
		expect([...result.rejections.keys()].sort((a, b) => a - b)).toEqual(bad);
		const stored = await financialsOf(database, target.tenantId);
		expect(stored).toHaveLength(4_993);
		expect(stored.map(({ day }) => day)).not.toContain(rows[1_234]!.row.recordDate);
		expect(await rejections()).toHaveLength(7);
	});
});

const KEPT: Array<[string, LoadRow]> = [
	['an external id of a megabyte', withRow({ externalId: 'x'.repeat(1_000_000) })],
	['metadata 1,000 levels deep', withMetadata(nested(1_000))],
	['metadata with odd keys', withMetadata({ '': 0, ' "quoted" ': 1, '😀': 2, constructor: 3 })],
	['metadata with a key that pollutes prototypes', withMetadata(JSON.parse('{"__proto__": {"a": 1}}'))],
	['text that looks like an escape', withMetadata({ path: 'C:\\u0000\\ud800' })],
	['script text', withRow({ externalId: '<script>alert(1)</script>' })],
	['SQL text', withRow({ externalId: "'); drop table financials; --" })],
	['an emoji and quotes', withRow({ externalId: `😀 "it's" {a,b} \\` })],
	['the word null', withRow({ externalId: 'NULL' })],
	['a client that is 0', withClient({ externalId: 0, clientName: 'Zero' })],
	['the first year', withRow({ recordDate: '0001-01-01' })],
	['the last year', withRow({ recordDate: '9999-12-31' })],
	['a leap day', withRow({ recordDate: '2028-02-29' })],
	['midnight UTC for a date', withRow({ recordDate: '2026-06-30T00:00:00.000Z' })],
	['a date object', withRow({ recordDate: new Date('2026-06-30T00:00:00Z') })],
	['the largest number', withRow({ revenue: '9999999999.99', netProfit: '9999999999.99' })],
	['a number of JavaScript', withRow({ revenue: 1.5, netProfit: 1.5 })],
];

describe('a row that looks odd and can be stored', () => {
	it.each(KEPT)('%s: lands, and is unchanged when it comes again', async (_name, odd) => {
		expect((await target.load([odd])).outcomes).toEqual(['inserted']);
		expect((await target.load([odd])).outcomes).toEqual(['unchanged']);
		expect(await rejections()).toEqual([]);
	});
});

describe('rejected records', () => {
	it('are one open row each, which counts the runs that met it', async () => {
		await target.load([], { rejected: [rejected('2026-06'), rejected('2026-06')] });
		await target.load([], { rejected: [rejected('2026-06')] });
		expect(await rejections()).toMatchObject([{ recordId: '2026-06', attempts: 1 }]);
		await target.nextRun();
		await target.load([], {
			rejected: [rejected('2026-06', { reason: { code: 'other', path: '', message: 'Now.' } })],
		});
		expect(await rejections()).toMatchObject([{ attempts: 2, code: 'other', resolved: false }]);
	});

	it('are resolved when the record loads later, and opened anew when it fails again', async () => {
		await target.load([month('2026-06-30', 'x')], { rejected: [rejected('2026-06'), rejected('2026-05')] });
		await target.nextRun();
		await target.load([month('2026-06-30', '1.00')]);
		const byId = async () => (await rejections()).map((one) => [one.recordId, one.stage, one.resolved]);
		expect(await byId()).toEqual([
			['2026-05', 'transform', false],
			['2026-06', 'load', true],
			['2026-06', 'transform', true],
		]);
		await target.load([month('2026-06-30', 'y')]);
		expect(await byId()).toEqual([
			['2026-05', 'transform', false],
			['2026-06', 'load', true],
			['2026-06', 'load', false],
			['2026-06', 'transform', true],
		]);
	});

	it('stay open while one row of the record is refused, and keep all its refused rows', async () => {
		const part = (day: string, revenue: string) => month(day, revenue, { recordId: 'project-1' });
		await target.load([part('2026-05-31', '1.00'), part('2026-06-30', 'x'), part('2026-07-31', 'y')]);
		const [open, ...others] = await rejections();
		expect(others).toEqual([]);
		expect(open).toMatchObject({ recordId: 'project-1', resolved: false });
		expect((open?.payload as { rows: unknown[] }).rows).toHaveLength(2);
	});

	it('stay open while one row of the record was refused by an earlier chunk of the run, until a later run lands it', async () => {
		const part = (day: string, revenue: string) => month(day, revenue, { recordId: 'project-1' });
		await target.load([part('2026-05-31', 'x')]);
		await target.load([part('2026-06-30', '1.00')]);
		expect(await rejections()).toMatchObject([{ recordId: 'project-1', resolved: false }]);
		await target.nextRun();
		await target.load([part('2026-05-31', '1.00'), part('2026-06-30', '1.00')]);
		expect(await rejections()).toMatchObject([{ recordId: 'project-1', resolved: true }]);
	});

	it('leaves rejected records of other accounts and streams alone', async () => {
		await target.load([], {
			rejected: [rejected('2026-06', { accountId: 'org-2' }), rejected('2026-06', { stream: 'other' })],
		});
		await target.load([month('2026-06-30', '1.00')]);
		expect((await rejections()).map(({ resolved }) => resolved)).toEqual([false, false]);
	});

	it.each(['stream', 'accountId', 'recordId'])(
		'are kept, counted and resolved however long their %s is',
		async (part) => {
			const long = { [part]: noise(9_000) };
			const client = { externalId: 'org-1', clientName: 'Harbour', industry: null };
			const record = (revenue: string) => ({ ...month('2026-06-30', revenue), client, ...long });
			await target.load([record('x')], { rejected: [rejected('2026-06', long)] });
			await target.nextRun();
			await target.load([record('x')]);
			expect(await rejections()).toMatchObject([
				{ stage: 'load', attempts: 2, resolved: false },
				{ stage: 'transform', attempts: 1, resolved: false },
			]);
			await target.nextRun();
			await target.load([record('1.00')]);
			expect((await rejections()).map(({ resolved }) => resolved)).toEqual([true, true]);
		},
	);

	it('keep what jsonb could not: NUL, and a note for what JSON cannot hold', async () => {
		await target.load([], {
			rejected: [rejected('a', { record: { text: 'a\0b' } }), rejected('b', { record: circle() })],
		});
		const [first, second] = await rejections();
		expect(first?.payload).toEqual({ text: 'a\0b' });
		expect(second?.payload).toMatchObject({ note: expect.stringContaining('could not be stored') });
	});
});

describe('the detail of a reason', () => {
	const detail = async (given: unknown): Promise<unknown> => {
		const reason = { code: 'rate_missing', path: '', message: 'None.', detail: given as never };
		await target.load([], { rejected: [rejected('2026-06', { reason })] });
		const { rows } = await database.admin.query<{ detail: unknown }>(
			'select reason_detail as detail from etl.rejected_records where tenant_id = $1',
			[target.tenantId],
		);
		return rows[0]?.detail;
	};

	it('is stored beside the message, and replaced when the record comes again', async () => {
		expect(await detail({ from: 'NZD', days: [1, 2] })).toEqual({ from: 'NZD', days: [1, 2] });
		expect(await detail({ from: 'USD' })).toEqual({ from: 'USD' });
		expect(await detail(undefined)).toBeNull();
	});

	it.each([
		['a text', 'NZD'],
		['a list', ['NZD']],
		['nothing', null],
		['a NUL', { note: 'a\0b' }],
		['half a surrogate pair', { note: '\udc00' }],
		['a circle', circle()],
		['more than a detail', { note: 'x'.repeat(1_000) }],
		['numbers that print long', { all: Array.from({ length: 200 }, () => 1e308) }],
	])('is left out where it cannot be stored, and the rejection is kept: %s', async (_name, given) => {
		expect(await detail(given)).toBeNull();
		expect(await rejections()).toMatchObject([{ recordId: '2026-06', code: 'rate_missing' }]);
	});
});
