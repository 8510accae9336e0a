import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isolate } from '../../db/load/isolate';
import { dataTables } from '../../db/tables';
import { testDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let client: PoolClient;
beforeAll(async () => {
	database = await testDatabase();
	client = await database.admin.connect();
	await client.query('create temporary table written (value integer check (value > 0))');
});
afterAll(async () => {
	client.release();
	await database.close();
});

/** Writes the values, of which the database refuses those that are not above 0. */
async function write(values: number[]) {
	let attempts = 0;
	const refused: number[] = [];
	await client.query('begin; truncate written');
	await isolate(
		client,
		values,
		async (part) => {
			attempts++;
			await client.query('insert into written select unnest($1::integer[])', [part]);
		},
		(value) => refused.push(value),
	);
	await client.query('commit');
	const { rows } = await client.query<{ value: number }>('select value from written order by ctid');
	return { written: rows.map(({ value }) => value), refused, attempts };
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('what the database refuses is left out, the rest is written in its order', () => {
	it.each<[name: string, isBad: (value: number) => boolean, most: number]>([
		['none', () => false, 1],
		['all', () => true, 512 + 10],
		['one', (value) => value === 300, 20],
		['one in two', (value) => value % 2 === 0, 2 * 512],
		['the first half', (value) => value <= 256, 256 + 20],
		['the second half', (value) => value > 256, 256 + 20],
		['five of them', (value) => value % 100 === 7, 100],
	])('%s of 512', async (_name, isBad, most) => {
		const values = range(512).map((value) => (isBad(value) ? -value : value));
		const { written, refused, attempts } = await write(values);
		expect(written).toEqual(values.filter((value) => value > 0));
		expect(refused).toEqual(values.filter((value) => value < 0));
		expect(attempts).toBeLessThanOrEqual(most);
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
