import { beforeEach, describe, expect, it } from '@jest/globals';

import { useDatabase } from '../../support/database/use-database';
import {
	days,
	countOutcomes,
	financialsOf,
	loadTarget,
	month,
	type LoadTarget,
} from '../../support/database/loading';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	target = await loadTarget(database);
});

const versions = async () => (await financialsOf(database, target.tenantId)).map(({ version }) => version);
const revenues = async () =>
	Object.fromEntries(
		(await financialsOf(database, target.tenantId)).map(({ day, revenue }) => [day, revenue]),
	);

describe('the same rows again', () => {
	it('ten times are the same rows, of which none is rewritten', async () => {
		const rows = days(200);
		expect(countOutcomes(await target.load(rows))).toEqual({ inserted: 200 });
		const first = await versions();
		for (let run = 2; run <= 10; run++) {
			const syncRunId = await target.nextRun();
			const again = rows.map((row) => withRun(row, syncRunId));
			expect(countOutcomes(await target.load(again))).toEqual({ unchanged: 200 });
		}
		expect(await versions()).toEqual(first);
	});

	it('write no WAL for the rows', async () => {
		const rows = days(5_000);
		await target.load(rows);
		await database.admin.query('checkpoint');
		expect(await leastWal(() => loadUnchanged(rows))).toBeLessThan(MAX_WAL_BYTES);
	});

	it('are the same whichever number, spelling of a number or order of metadata came', async () => {
		await target.load([month('2026-06-30', '10.50', { metadata: { a: 1, b: { c: 2, d: 3 } } })]);
		const again = month('2026-06-30', '010.5', { metadata: { b: { d: 3.0, c: 2 }, a: 1 } });
		again.row.netProfit = 10.5;
		expect((await target.load([again])).outcomes).toEqual(['unchanged']);
	});

	it('count what differs in one column, or in the metadata', async () => {
		await target.load([month('2026-05-31', '1.00'), month('2026-06-30', '2.00')]);
		const { outcomes } = await target.load([
			month('2026-05-31', '1.00', { row: { cashFlow: '0.01' } }),
			month('2026-06-30', '2.00', { metadata: { basis: 'cash' } }),
		]);
		expect(outcomes).toEqual(['updated', 'updated']);
	});

	it('a null that becomes a value, and a value that becomes null, are changes', async () => {
		const withId = month('2026-06-30', '2.00');
		const without = month('2026-06-30', '2.00', { row: { externalId: null } });
		await target.load([without]);
		expect((await target.load([withId])).outcomes).toEqual(['updated']);
		expect((await target.load([without])).outcomes).toEqual(['updated']);
		expect((await target.load([without])).outcomes).toEqual(['unchanged']);
	});
});

describe('rows in another order', () => {
	it('pages shuffled, repeated and overlapping give the same table', async () => {
		const rows = days(300);
		await target.load(rows.slice(0, 200).reverse());
		await target.load([...rows.slice(100, 300), ...rows.slice(50, 120)]);
		expect(await revenues()).toEqual(
			Object.fromEntries(rows.map(({ row }) => [row.recordDate, Number(row.revenue).toFixed(2)])),
		);
	});

	it('the newer of two rows with one key stays, wherever it stands in the chunk', async () => {
		const result = await target.load([
			month('2026-06-30', '2.00', { version: '2026-07-02T00:00:00Z' }),
			month('2026-06-30', '1.00', { version: '2026-07-01T00:00:00.000Z' }),
			month('2026-05-31', '1.00', { version: '2026-07-01T00:00:00.000Z' }),
			month('2026-05-31', '2.00', { version: '2026-07-02T10:00:00+10:00' }),
		]);
		expect(result.outcomes).toEqual(['inserted', 'deduplicated', 'deduplicated', 'inserted']);
		expect(await revenues()).toEqual({ '2026-05-31': '2.00', '2026-06-30': '2.00' });
	});

	it('the later of two copies without a version stays', async () => {
		const { outcomes } = await target.load([month('2026-06-30', '1.00'), month('2026-06-30', '2.00')]);
		expect(outcomes).toEqual(['deduplicated', 'inserted']);
		expect((await target.load([month('2026-06-30', '3.00')])).outcomes).toEqual(['updated']);
		expect(await revenues()).toEqual({ '2026-06-30': '3.00' });
	});

	it('an older copy never overwrites a newer one', async () => {
		await target.load([month('2026-06-30', '2.00', { version: '2026-07-02T00:00:00Z' })]);
		const older = month('2026-06-30', '1.00', { version: '2026-07-01T23:59:59.999Z' });
		expect((await target.load([older])).outcomes).toEqual(['superseded']);
		const newer = month('2026-06-30', '3.00', { version: '2026-07-02T00:00:00.001Z' });
		expect((await target.load([newer])).outcomes).toEqual(['updated']);
		expect(await revenues()).toEqual({ '2026-06-30': '3.00' });
	});
});

describe('a source that a row does not name', () => {
	it('is the run’s', async () => {
		const rows = [
			month('2026-06-30', '1.00', { row: { sourceSystem: null } }),
			month('2026-06-30', '2.00'),
			month('2026-06-30', '3.00', { row: { sourceSystem: '' } }),
		];
		expect(countOutcomes(await target.load(rows))).toEqual({ deduplicated: 2, inserted: 1 });
		expect(countOutcomes(await target.load(rows))).toEqual({ deduplicated: 2, unchanged: 1 });
	});

	it('a text with the marks that part the columns stays one text', async () => {
		const odd = month('2026-06-30', '1.00', {
			row: { externalId: 'a\u001fb\u001ec' },
		});
		expect((await target.load([odd, month('2026-05-31', '1.00')])).outcomes).toEqual([
			'inserted',
			'inserted',
		]);
		expect((await target.load([odd])).outcomes).toEqual(['unchanged']);
		const { rows } = await database.admin.query(
			'select external_id from financials where external_id like $1',
			['a_b%'],
		);
		expect(rows).toEqual([{ external_id: 'a\u001fb\u001ec' }]);
	});
});

const MAX_WAL_BYTES = 5_000 * 50;
const MAX_MEASUREMENTS = 20;

async function loadUnchanged(rows: ReturnType<typeof days>): Promise<void> {
	expect(countOutcomes(await target.load(rows))).toEqual({ unchanged: rows.length });
}

/** The server counts for all who write to it, and other tests do: the work itself wrote no more than the least count. */
async function leastWal(work: () => Promise<void>): Promise<number> {
	let least = Infinity;
	for (let done = 0; least >= MAX_WAL_BYTES && done < MAX_MEASUREMENTS; done++) {
		const before = await walBytes();
		await work();
		least = Math.min(least, (await walBytes()) - before);
	}
	return least;
}

async function walBytes(): Promise<number> {
	const { rows } = await database.admin.query<{ position: string }>(
		"select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as position",
	);
	return Number(rows[0]!.position);
}

function withRun(row: ReturnType<typeof month>, syncRunId: string): ReturnType<typeof month> {
	const metadata = row.row.metadata as { _src: object };
	return { ...row, row: { ...row.row, metadata: { ...metadata, _src: { ...metadata._src, syncRunId } } } };
}
