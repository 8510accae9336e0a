import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { LoadRow } from '../../../db/load/input';
import { loadChunk } from '../../../db/load/load-chunk';
import { countTrips } from '../../support/database/count-trips';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import {
	chunkFor,
	days,
	countOutcomes,
	loadTarget,
	month,
	rejectionsOf,
} from '../../support/database/loading';
import { countPages } from '../../support/database/server-work';

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
	// Of the server's memory for what is nested, so that `TOO_DEEP` is that for it and not for JavaScript.
	await database.admin.query(`alter database ${database.name} set max_stack_depth = '200kB'`);
});
afterAll(() => database.close());

/** Text that does not get smaller by compression. */
function noise(length: number, seed: number): string {
	let text = '';
	for (let next = seed; text.length < length; next = (next * 48_271) % 2_147_483_647)
		text += next.toString(36);
	return text.slice(0, length);
}

const TOO_DEEP = JSON.parse(`${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}`) as Record<string, unknown>;

function metric(index: number, row: Record<string, unknown>): LoadRow {
	const recordId = `metric-${index}`;
	return {
		stream: 'metrics',
		accountId: 'org-1',
		recordId,
		table: 'custom_metrics',
		client: { externalId: 'org-1', clientName: 'Organisation', industry: null },
		row: { metricName: recordId, metricValue: '1', recordDate: '2026-06-30T00:00:00Z', ...row },
	};
}

/** What only the server finds, in every place where it looks. */
const FAULTS: Array<[name: string, row: (index: number, isBad: boolean) => LoadRow, code: string]> = [
	[
		'a number that does not fit once it is rounded',
		(index, isBad) => withRow(index, isBad ? { revenue: '9999999999.995' } : {}),
		'numeric_out_of_range',
	],
	[
		'a check of the table',
		(index, isBad) => withRow(index, isBad ? { revenue: '1e1', netProfit: '1.00' } : {}),
		'check_violation',
	],
	[
		'a key too long for its index',
		(index, isBad) => metric(index, isBad ? { metricName: noise(9_000, index + 7) } : {}),
		'program_limit_exceeded',
	],
	[
		'a client too long for its index',
		(index, isBad) => ({
			...withRow(index, {}),
			client: { externalId: isBad ? noise(9_000, index + 7) : 'org-1', clientName: 'x', industry: null },
		}),
		'program_limit_exceeded',
	],
];

const withRow = (index: number, row: Record<string, unknown>): LoadRow => {
	const one = days(index + 1).at(-1)!;
	return { ...one, row: { ...one.row, ...row } };
};

/** How many pages the server looks at for one chunk. */
async function workFor(size: number, isBad: (index: number) => boolean): Promise<number> {
	const target = await loadTarget(database);
	const all = days(size);
	for (const [index, { row }] of all.entries()) if (isBad(index)) row.revenue = '9999999999.995';
	return await countPages(database, (pool) => loadChunk(pool, chunkFor(target, all)));
}

describe('a chunk of which the database does not take every other row', () => {
	it.each(FAULTS)('%s: takes no more trips to the server when it is longer', async (_name, rowOf, code) => {
		const trips: number[] = [];
		for (const size of [8, 256]) {
			const target = await loadTarget(database);
			const rows = Array.from({ length: size }, (_, index) => rowOf(index, index % 2 === 1));
			trips.push(
				await countTrips(async () => {
					const result = await target.load(rows);
					expect(countOutcomes(result)).toEqual({ inserted: size / 2, rejected: size / 2 });
					expect([...result.rejections.keys()].sort((a, b) => a - b)).toEqual(
						rows.map((_, index) => index).filter((index) => index % 2 === 1),
					);
					expect([...new Set([...result.rejections.values()].map((reason) => reason.code))]).toEqual([code]);
				}),
			);
			expect(await rejectionsOf(database, target.tenantId)).toHaveLength(size / 2);
		}
		expect(trips[1]).toBe(trips[0]);
		expect(trips[0]).toBeLessThanOrEqual(30);
	});

	it('records that cannot be kept either take no more round trips', async () => {
		const trips: number[] = [];
		for (const size of [4, 32]) {
			const target = await loadTarget(database);
			const rows = Array.from({ length: size }, (_, index) =>
				withRow(index, index % 2 === 1 ? { metadata: TOO_DEEP } : {}),
			);
			trips.push(await countTrips(() => target.load(rows)));
			const kept = await rejectionsOf(database, target.tenantId);
			expect(kept).toHaveLength(size / 2);
		}
		expect(trips[1]).toBe(trips[0]);
	});

	it('is at most ten times the work of one that it takes, and of twice the length about twice', async () => {
		const isOdd = (index: number) => index % 2 === 1;
		const [clean, faulty, twice] = [
			await workFor(1_000, () => false),
			await workFor(1_000, isOdd),
			await workFor(2_000, isOdd),
		];
		expect(faulty).toBeLessThan(10 * clean);
		expect(twice).toBeLessThan(2.5 * faulty);
	});

	it('says the same of rows that are not written anyway as of a chunk without faults', async () => {
		const target = await loadTarget(database);
		const version = '2026-06-01T00:00:00Z';
		const good = [month('2026-01-31', '1.00', { version }), month('2026-02-28', '2.00', { version })];
		await target.load(good);
		const { outcomes } = await target.load([
			month('2026-01-31', '3.00', {
				version: '2026-05-01T00:00:00Z',
				row: { revenue: '1e1', netProfit: '3.00' },
			}),
			month('2026-02-28', '2.00', { version }),
			month('2026-03-31', '9999999999.995'),
		]);
		expect(outcomes).toEqual(['superseded', 'unchanged', 'rejected']);
	});
});
