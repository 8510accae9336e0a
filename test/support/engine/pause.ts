import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';

const LOCK = 20260711;

/** Where a statement of a sync is made to stand still: the rows of a table that meet a condition. */
export interface PausePoint {
	table: string;
	event: 'insert' | 'update';
	/** Over `new` and `old`, as a trigger's `when` takes it. */
	condition: string;
}

/** A place in the database at which a sync stands still, in the middle of its transaction. */
export class Pause {
	private constructor(
		private readonly admin: Pool,
		private readonly point: PausePoint,
		private readonly release: () => Promise<void>,
	) {}

	/** From now on a statement that reaches the point waits. */
	static async at(admin: Pool, point: PausePoint): Promise<Pause> {
		const holder = await admin.connect();
		await holder.query(`
			create or replace function public.test_pause() returns trigger language plpgsql as
			$$ begin perform pg_advisory_xact_lock(${LOCK}); return null; end $$`);
		await holder.query(`
			create trigger test_pause after ${point.event} on ${point.table}
			for each row when (${point.condition}) execute function public.test_pause()`);
		await holder.query('select pg_advisory_lock($1)', [LOCK]);
		return new Pause(admin, point, async () => {
			await holder.query('select pg_advisory_unlock($1)', [LOCK]);
			holder.release();
		});
	}

	/** Resolves as soon as somebody stands at the point; false when it did not come to that. */
	async reached(isOver: () => boolean): Promise<boolean> {
		while (!isOver()) {
			const { rowCount } = await this.admin.query(
				`select from pg_locks l join pg_database d on d.oid = l.database
				where l.locktype = 'advisory' and l.objid = $1 and not l.granted and d.datname = current_database()`,
				[LOCK],
			);
			if (rowCount) return true;
			await wait(5);
		}
		return false;
	}

	/** Lets whoever stands there go on, and takes the point away. */
	async end(): Promise<void> {
		await this.release();
		await this.admin.query(`drop trigger test_pause on ${this.point.table}`);
	}
}
