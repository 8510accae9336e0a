import pg from 'pg';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';

import { createTenant, listTenants } from '../../../db/integrations/tenants';
import { withRetries } from '../../../db/postgres/retries';
import { asWorker, inTenant } from '../../../db/postgres/transaction';
import { useDatabase } from '../../support/database/use-database';
import { insertOf } from '../../support/database/tenant-rows';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

describe('a tenant', () => {
	it('is created with its name trimmed, and listed', async () => {
		const { id } = await createTenant(database.pool, { name: ' Harbour Coffee ', industry: ' ' });
		expect(await listTenants(database.pool)).toEqual([
			{
				...{ id, name: 'Harbour Coffee', industry: null, pausedAt: null },
				createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
			},
		]);
	});

	it('rejects a tenant without a name', async () => {
		await expect(createTenant(database.pool, { name: '  ' })).rejects.toThrow('has no name');
	});

	it('is found by a part of its name in any case, or by its id; a % is only a %', async () => {
		const harbour = await createTenant(database.pool, { name: 'Harbour Coffee' });
		await createTenant(database.pool, { name: 'Southern Steel' });
		const found = async (search: string) =>
			(await listTenants(database.pool, { search })).map(({ name }) => name);
		expect(await found('coffee')).toEqual(['Harbour Coffee']);
		expect(await found(harbour.id)).toEqual(['Harbour Coffee']);
		expect(await found('%')).toEqual([]);
		expect(await found('')).toEqual(['Harbour Coffee', 'Southern Steel']);
		expect(await listTenants(database.pool, { limit: 1 })).toHaveLength(1);
	});

	it('sees itself only', async () => {
		const { id } = await createTenant(database.pool, { name: 'One' });
		await createTenant(database.pool, { name: 'Two' });
		const { rows } = await inTenant(database.pool, id, (client) => client.query('select name from tenants'));
		expect(rows).toEqual([{ name: 'One' }]);
	});
});

describe('a transaction', () => {
	it('has no statement compiled just in time, and leaves the connection as it was', async () => {
		const { id } = await createTenant(database.pool, { name: 'One' });
		const client = await database.pool.connect();
		await client.query('set jit = on');
		client.release();
		const within = await inTenant(database.pool, id, (one) => one.query('show jit'));
		const after = await database.pool.query('show jit');
		expect([within.rows, after.rows]).toEqual([[{ jit: 'off' }], [{ jit: 'on' }]]);
		await database.pool.query('reset jit');
	});
});

describe('a transaction on a server with other habits', () => {
	const HABITS: Record<string, string> = {
		DateStyle: 'SQL, DMY',
		TimeZone: 'Asia/Kathmandu',
		IntervalStyle: 'sql_standard',
		bytea_output: 'escape',
		extra_float_digits: '0',
		standard_conforming_strings: 'off',
		array_nulls: 'off',
		transform_null_equals: 'on',
		search_path: 'nowhere',
		row_security: 'off',
		jit: 'on',
		default_transaction_isolation: 'serializable',
		statement_timeout: '5min',
		lock_timeout: '0',
		idle_in_transaction_session_timeout: '0',
	};

	it('has settings of its own, and leaves those of the session alone', async () => {
		const { id } = await createTenant(database.pool, { name: 'One' });
		const names = [...Object.keys(HABITS), 'transaction_isolation'];
		const read = `select ${names.map((name) => `current_setting('${name}') as "${name}"`).join(', ')}`;
		const client = new pg.Client(database.settings);
		await client.connect();
		for (const [name, value] of Object.entries(HABITS)) {
			await client.query('select set_config($1, $2, false)', [name, value]);
		}
		const pool = poolOf(client);
		const [within, after] = [await inTenant(pool, id, (one) => one.query(read)), await client.query(read)];
		await client.end();
		expect(within.rows[0]).toEqual({
			DateStyle: 'ISO, MDY',
			TimeZone: 'UTC',
			IntervalStyle: 'postgres',
			bytea_output: 'hex',
			extra_float_digits: '1',
			standard_conforming_strings: 'on',
			array_nulls: 'on',
			transform_null_equals: 'off',
			search_path: 'pg_catalog, public, pg_temp',
			row_security: 'on',
			jit: 'off',
			default_transaction_isolation: 'serializable',
			transaction_isolation: 'read committed',
			statement_timeout: '10min',
			lock_timeout: '1500ms',
			idle_in_transaction_session_timeout: '1min',
		});
		expect(after.rows[0]).toEqual({
			...HABITS,
			search_path: 'nowhere',
			transaction_isolation: 'serializable',
		});
	});

	it('waits for a lock briefly, then once more for longer, in a place that only half of all may have', async () => {
		const { id } = await createTenant(database.pool, { name: 'One' });
		const timeouts: string[] = [];
		const locked = Object.assign(new Error('made up'), { code: '55P03' });
		const work = inTenant(database.pool, id, async (one) => {
			const { rows } = await one.query<{ timeout: string }>(
				"select current_setting('lock_timeout') as timeout",
			);
			timeouts.push(rows[0]!.timeout);
			throw locked;
		});
		await expect(work).rejects.toBe(locked);
		expect(timeouts).toEqual(['1500ms', '10s']);
	});

	it('takes two trips before its work, for all of them', async () => {
		const { id } = await createTenant(database.pool, { name: 'One' });
		const client = new pg.Client(database.settings);
		await client.connect();
		const queries = jest.spyOn(client, 'query');
		await inTenant(poolOf(client), id, async () => expect(queries).toHaveBeenCalledTimes(2));
		await client.end();
	});

	/** A pool of this one connection. */
	function poolOf(client: pg.Client): pg.Pool {
		const lent = Object.assign(client, { release: () => undefined });
		return { connect: async () => lent } as unknown as pg.Pool;
	}
});

describe('a date', () => {
	it('comes as text, whatever the time zone of this machine, and an instant as a Date', async () => {
		const { rows } = await asWorker(database.pool, (client) =>
			client.query(
				"select date '2026-06-30' as day, timestamptz '2026-06-30T00:00:00Z' as instant, 1.50::numeric(12,2) as money",
			),
		);
		expect(rows).toEqual([{ day: '2026-06-30', instant: new Date('2026-06-30T00:00:00Z'), money: '1.50' }]);
	});
});

describe('updated_at', () => {
	it('is kept by the database, on insert and on update, whatever the statement says', async () => {
		const { id } = await createTenant(database.pool, { name: 'One' });
		const client = {
			id: 'k',
			tenant_id: id,
			client_id: 'xero:1',
			client_name: 'A',
			updated_at: '1999-01-01',
		};
		await inTenant(
			database.pool,
			id,
			(session) => session.query(insertOf('client_kpis', client)),
			'zixly_loader',
		);
		const { rows: before } = await database.admin.query('select updated_at from client_kpis');
		expect(before[0].updated_at.getFullYear()).toBeGreaterThan(2000);
		await inTenant(
			database.pool,
			id,
			(session) => session.query("update client_kpis set client_name = 'B'"),
			'zixly_loader',
		);
		const { rows: after } = await database.admin.query('select updated_at from client_kpis');
		expect(after[0].updated_at.getTime()).toBeGreaterThan(before[0].updated_at.getTime());
	});
});

describe('withRetries', () => {
	it('brings two transactions through that deadlock', async () => {
		const { id } = await createTenant(database.pool, { name: 'One' });
		for (const name of ['a', 'b']) {
			const row = { id: name, tenant_id: id, client_id: name, client_name: '0' };
			await database.admin.query(insertOf('client_kpis', row));
		}
		let attempts = 0;
		const raise = (order: string[]) =>
			withRetries(async () => {
				attempts++;
				await inTenant(
					database.pool,
					id,
					async (client) => {
						for (const name of order) {
							await client.query('update client_kpis set client_name = client_name::int + 1 where id = $1', [
								name,
							]);
							await client.query('select pg_sleep(0.1)');
						}
					},
					'zixly_loader',
				);
			});
		await Promise.all([raise(['a', 'b']), raise(['b', 'a'])]);
		expect(attempts).toBe(3);
		const { rows } = await database.admin.query('select client_name from client_kpis');
		expect(rows).toEqual([{ client_name: '2' }, { client_name: '2' }]);
	});

	it('goes on after the server has cut the connection', async () => {
		const pids: number[] = [];
		await withRetries(() =>
			asWorker(database.pool, async (client) => {
				const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
				pids.push(rows[0]?.pid ?? 0);
				if (pids.length === 1) await database.admin.query('select pg_terminate_backend($1)', pids);
				await client.query('select 1');
			}),
		);
		expect(new Set(pids).size).toBe(2);
	});

	it('gives up after the attempts that it has, with the last error', async () => {
		let attempts = 0;
		const work = withRetries(
			async () => {
				attempts++;
				await database.pool.query("do $$ begin raise exception 'made up' using errcode = '40001'; end $$");
			},
			{ attempts: 3 },
		);
		await expect(work).rejects.toMatchObject({ code: '40001' });
		expect(attempts).toBe(3);
	});

	it('tries once what no repetition mends', async () => {
		let attempts = 0;
		const work = withRetries(async () => {
			attempts++;
			await database.pool.query('select 1 / 0');
		});
		await expect(work).rejects.toMatchObject({ code: '22012' });
		expect(attempts).toBe(1);
	});

	it('stops waiting when it is cancelled', async () => {
		const controller = new AbortController();
		const work = withRetries(
			async () => {
				setTimeout(() => controller.abort(), 10);
				throw Object.assign(new Error('made up'), { code: '40001' });
			},
			{ attempts: 50, signal: controller.signal },
		);
		await expect(work).rejects.toThrow(/abort/i);
	});
});
