import pg, { type PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { isolate } from '../../../db/load/isolate-faults';
import { dataTables } from '../../../db/schema/tables';
import { countTrips } from '../../support/database/count-trips';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { USUAL_SETTINGS } from '../../support/database/postgres';

let database: TestDatabase;
let client: PoolClient;
beforeAll(async () => {
	database = await testDatabase();
	client = await database.admin.connect();
	await client.query(`create temporary table written (value integer check (value > 0));
		create temporary table once (value integer, kind text unique)`);
});
afterAll(async () => {
	client.release();
	await database.close();
});

interface Item {
	value: number;
	/** Of two items of one kind the database takes the first only. */
	kind?: string;
}

const WRITE = `with kinds as (
	insert into once select * from unnest($1::integer[], $2::text[]) as i(value, kind) where kind is not null
)
insert into written select unnest($1::integer[]) returning value`;

const statementFor = (part: readonly Item[]) => ({
	text: WRITE,
	values: [part.map(({ value }) => String(value)), part.map(({ kind = null }) => kind)],
});

/** Writes the items, of which the database does not take those whose value is not above 0. */
async function write(items: readonly Item[], login: PoolClient = client) {
	const rejected: Item[] = [];
	const answers: number[] = [];
	await login.query('begin; truncate written, once');
	const trips = await countTrips(async () => {
		await isolate<Item, { value: number }>(login, items, {
			statementFor,
			trialOf: (item) => statementFor([item]),
			written: (_, rows) => answers.push(...rows.map(({ value }) => value)),
			rejected: (item, fault) => rejected.push({ ...item, kind: fault.code }),
		});
	});
	await login.query('commit');
	const { rows } = await login.query<{ value: number }>('select value from written order by ctid');
	const values = rows.map(({ value }) => value);
	expect(answers).toEqual(values);
	return { values, rejected, trips };
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Those of the first try, of the search and of the second try. */
const MAX_TRIPS = 3 + 6 + 3;

describe('items that the database rejects are left out, the others are written in order', () => {
	it.each<[name: string, isBad: (value: number) => boolean]>([
		['none', () => false],
		['all', () => true],
		['the first', (value) => value === 1],
		['the last', (value) => value === 512],
		['one', (value) => value === 300],
		['one in two', (value) => value % 2 === 0],
		['the first half', (value) => value <= 256],
		['five of them', (value) => value % 100 === 7],
	])('%s of 512, in a fixed number of trips', async (_name, isBad) => {
		const items = range(512).map((value) => ({ value: isBad(value) ? -value : value }));
		const { values, rejected, trips } = await write(items);
		expect(values).toEqual(items.map(({ value }) => value).filter((value) => value > 0));
		expect(rejected).toEqual(
			items.filter(({ value }) => value < 0).map(({ value }) => ({ value, kind: '23514' })),
		);
		expect(trips).toBeLessThanOrEqual(MAX_TRIPS);
	});

	it('holds when items are at odds only with each other', async () => {
		const items = [
			{ value: 1, kind: 'a' },
			{ value: -2 },
			{ value: 3, kind: 'a' },
			{ value: 4, kind: 'b' },
			{ value: 5, kind: 'b' },
		];
		const { values, rejected } = await write(items);
		expect(values).toEqual([1, 4]);
		expect(rejected.sort((a, b) => a.value - b.value)).toEqual([
			{ value: -2, kind: '23514' },
			{ value: 3, kind: '23505' },
			{ value: 5, kind: '23505' },
		]);
	});

	it('uses no more transaction ids than there are faults, and never has many subtransactions open', async () => {
		const newest = async () => {
			const { rows } = await client.query<{ id: string }>(
				'select pg_snapshot_xmax(pg_current_snapshot()) as id',
			);
			return Number(rows[0]!.id);
		};
		// The server gives ids to other tests too, so the least of a few counts.
		let used = Infinity;
		for (let round = 0; round < 5 && used > 6 + 10; round++) {
			const before = await newest();
			await write(range(512).map((value) => ({ value: value % 100 === 7 ? -value : value })));
			used = Math.min(used, (await newest()) - before);
		}
		expect(used).toBeLessThanOrEqual(6 + 10);
	});

	it('holds for a login that may not use PL/pgSQL', async () => {
		await client.query('revoke usage on language plpgsql from public');
		// Other statements than the package's own come without its settings.
		const pool = new pg.Pool({ ...database.settings, options: USUAL_SETTINGS, max: 1 });
		const plain = await pool.connect();
		try {
			await plain.query(`create temporary table written (value integer check (value > 0));
				create temporary table once (value integer, kind text unique)`);
			const items = range(20).map((value) => ({ value: value % 7 === 0 ? -value : value }));
			const { values, rejected } = await write(items, plain);
			expect(values).toEqual(items.map(({ value }) => value).filter((value) => value > 0));
			expect(rejected.map(({ value }) => value)).toEqual([-7, -14]);
		} finally {
			plain.release(true);
			await pool.end();
			await client.query('grant usage on language plpgsql to public');
		}
	});
});
it.each(['0', '.5', '1.', '1.004', '1.005', '-1.005', '+2.995', '9.9949999', '-0.004', '999999999.994'])(
	'a net profit of %s is checked as the column rounds it, before the database has to',
	async (amount) => {
		const { rows } = await client.query<{ right: string; wrong: string }>(
			'select $1::numeric(12,2) as right, $1::numeric(12,2) + 0.01 as wrong',
			[amount],
		);
		const { rule, columns } = dataTables.get('financials')!;
		const holds = (netProfit: string) =>
			rule!.holds(
				columns.map(({ property }) => ({ revenue: amount, expenses: '0', netProfit })[property] ?? ''),
			);
		expect(holds(rows[0]!.right)).toBe(true);
		expect(holds(rows[0]!.wrong)).toBe(false);
	},
);
