import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';

import { getPool } from '../../../db/postgres/pool';
import type { TestDatabase } from './database';

/**
 * How many pages of the database the server looks at for the work, which is given one connection of its own: a measure
 * without a clock, so that a busy machine changes nothing.
 */
export async function countPages(
	database: TestDatabase,
	work: (pool: Pool) => Promise<unknown>,
): Promise<number> {
	const pool = getPool({ ...database.settings, maxConnections: 1 });
	const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
	// A session adds to the sum once a second at most: what the test did before must not be counted.
	await database.admin.query('select pg_stat_force_next_flush()');
	const before = await pagesLookedAt(database, 0);
	await work(pool);
	// A session adds to the sum when it ends, at the latest.
	await pool.end();
	return (await pagesLookedAt(database, rows[0]!.pid)) - before;
}

/** In the whole database, once the session `pid` has ended. */
async function pagesLookedAt({ admin }: TestDatabase, pid: number): Promise<number> {
	for (;;) {
		const { rows } = await admin.query<{ pages: number; isOver: boolean }>(
			`select (blks_hit + blks_read)::float8 as pages,
				not exists (select from pg_stat_activity where pid = $1) as "isOver"
			from pg_stat_database where datname = current_database()`,
			[pid],
		);
		if (rows[0]!.isOver) return rows[0]!.pages;
		await sleep(20);
	}
}
