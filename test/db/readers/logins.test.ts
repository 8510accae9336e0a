import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { getPool, type DatabaseSettings } from '../../../db/postgres/pool';
import { createReader, revokeReader } from '../../../db/readers/logins';
import { getSqlstate } from '../../../db/postgres/sqlstate';
import { createTenant } from '../../../db/integrations/tenants';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { insertOf, seedTenant } from '../../support/database/tenant-rows';

/** Roles belong to the whole server, which other test files use too. */
const NAME = `zixly_test_reader_${process.pid}`;

let database: TestDatabase;
let owner: pg.Pool;
beforeAll(async () => {
	database = await testDatabase();
	await seedTenant(database.admin, 'mine');
	await seedTenant(database.admin, 'theirs');
	owner = getPool(database.owner);
});
afterAll(async () => {
	await owner.end();
	await database.close();
});
afterEach(async () => {
	await database.admin.query('delete from etl.tenant_readers');
	const { rows } = await database.admin.query<{ name: string }>(
		'select rolname as name from pg_roles where starts_with(rolname, $1)',
		[NAME],
	);
	for (const { name } of rows) await database.admin.query(`drop owned by "${name}"; drop role "${name}"`);
});

const settingsOf = (login: string, password: string): DatabaseSettings => ({
	...database.settings,
	user: login,
	password,
});

/** Runs statements in a session of their own, as a BI tool would. */
async function as<T>(
	{ login, password }: { login: string; password: string },
	work: (client: pg.Client) => Promise<T>,
): Promise<T> {
	const client = new pg.Client(settingsOf(login, password));
	client.on('error', () => undefined);
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end().catch(() => undefined);
	}
}

const rowsOf = async (client: pg.Client, text: string) => (await client.query(text)).rows;

const SEEN = `select 'tenants' as what, id from public.tenants
	union all select 'client_kpis', id from public.client_kpis
	union all select 'financials', id from public.financials
	union all select 'lead_events', id from public.lead_events
	union all select 'custom_metrics', id from public.custom_metrics
	union all select 'sync_status', tenant_id from public.sync_status`;

describe.each(['a plain owner', 'a superuser'])('a reader that %s makes', (maker) => {
	const pool = () => (maker === 'a superuser' ? database.admin : owner);

	it('sees its tenant and no other, whatever it sets', async () => {
		const reader = await createReader(pool(), { tenantId: 'mine', login: NAME });
		expect(reader).toEqual({
			login: NAME,
			password: expect.stringMatching(/^[\w-]{32}$/),
			tenantId: 'mine',
			database: database.name,
		});
		await as(reader, async (client) => {
			const seen = await rowsOf(client, SEEN);
			expect(seen.map(({ id }) => id.split('-')[0])).toEqual(Array(6).fill('mine'));
			await client.query("select set_config('app.tenant_id', 'theirs', false)");
			await client.query('set role zixly_reader');
			expect(await rowsOf(client, SEEN)).toEqual(seen);
			expect(await rowsOf(client, 'select * from sync_status')).toEqual([
				{ tenant_id: 'mine', provider: 'xero', status: 'PENDING', last_sync_at: null },
			]);
		});
	});

	it('may connect with its password only, and is kept in bounds', async () => {
		const reader = await createReader(pool(), { tenantId: 'mine', login: NAME });
		await expect(as({ login: NAME, password: 'made-up' }, async () => 1)).rejects.toThrow(/password/);
		const { rows } = await database.admin.query(
			'select r.rolconnlimit as connections, r.rolconfig as settings, a.rolpassword as stored from pg_roles r join pg_authid a on a.oid = r.oid where r.rolname = $1',
			[NAME],
		);
		expect(rows[0]).toMatchObject({
			connections: 10,
			settings: expect.arrayContaining(['default_transaction_read_only=on', 'statement_timeout=1min']),
			stored: expect.stringMatching(/^SCRAM-SHA-256\$4096:/),
		});
		expect(JSON.stringify(rows)).not.toContain(reader.password);
	});

	it('is gone when it is revoked, with its sessions', async () => {
		const reader = await createReader(pool(), { tenantId: 'mine', login: NAME });
		await as(reader, async (client) => {
			expect(await rowsOf(client, 'select id from tenants')).toHaveLength(1);
			expect(await revokeReader(pool(), { login: NAME })).toEqual({ login: NAME, tenantId: 'mine' });
			await expect(client.query('select id from tenants')).rejects.toThrow();
		});
		await expect(as(reader, async () => 1)).rejects.toThrow(/password authentication|does not exist/);
		const { rows } = await database.admin.query('select from etl.tenant_readers');
		expect(rows).toHaveLength(0);
		await expect(revokeReader(pool(), { login: NAME })).rejects.toThrow(/has no reader/);
	});
});

describe('Create', () => {
	it.each(['zixly_worker', 'zixly_reader', 'zixly_test_n8n', 'postgres'])(
		'refuses a role that exists: %s',
		async (login) => {
			await expect(createReader(owner, { tenantId: 'mine', login })).rejects.toThrow(/already exists/);
		},
	);

	it.each(['', '1a', 'a b', 'a"; drop role postgres; --', `a${'b'.repeat(63)}`, "a'b", 'ä'])(
		'refuses the name %j',
		async (login) => {
			await expect(createReader(owner, { tenantId: 'mine', login })).rejects.toThrow(/is invalid/);
		},
	);

	it('makes nothing for a tenant that is not there', async () => {
		await expect(createReader(owner, { tenantId: 'nobody', login: NAME })).rejects.toThrow(
			/no tenant "nobody"/,
		);
		const { rows } = await database.admin.query('select from pg_roles where rolname = $1', [NAME]);
		expect(rows).toHaveLength(0);
	});

	it('prints what an administrator has to run where the login may not make roles, and that works', async () => {
		const error: Error = await createReader(database.pool, { tenantId: 'mine', login: NAME }).catch((e) => e);
		expect(error.message).toContain(`\\password "${NAME}"`);
		expect(error.message).not.toContain('SCRAM');
		const statements = error.message.split('\n').filter((line) => line.startsWith('  '));
		expect(statements.at(-1)).toBe(`  select etl.add_reader('${NAME}', 'mine');`);
		for (const statement of statements) await database.admin.query(statement);
		const password = 'made-up-password';
		await database.admin.query(`alter role "${NAME}" password '${password}'`);
		const seen = await as({ login: NAME, password }, (client) => rowsOf(client, 'select id from tenants'));
		expect(seen).toEqual([{ id: 'mine' }]);
	});

	it.each([
		[
			'the schema public',
			'grant create on schema public to public',
			'revoke create on schema public from public',
		],
		[
			'the database',
			`do $$ begin execute format('grant create on database %I to public', current_database()); end $$`,
			`do $$ begin execute format('revoke create on database %I from public', current_database()); end $$`,
		],
	])('makes nothing where every login may create objects in %s', async (_what, grant, revoke) => {
		await database.admin.query(grant);
		try {
			await expect(createReader(owner, { tenantId: 'mine', login: NAME })).rejects.toThrow(
				/may create objects.*Nothing was created.*revoke create on schema public from public/,
			);
		} finally {
			await database.admin.query(revoke);
		}
		const { rows } = await database.admin.query('select from pg_roles where rolname = $1', [NAME]);
		expect(rows).toHaveLength(0);
	});

	it('lets the login hold no more than ten connections, whatever its sessions set', async () => {
		const { login, password } = await createReader(owner, { tenantId: 'mine', login: NAME });
		const clients = Array.from({ length: 11 }, () => new pg.Client(settingsOf(login, password)));
		for (const client of clients) client.on('error', () => undefined);
		const results = await Promise.allSettled(clients.map((client) => client.connect()));
		const refused = results.filter(({ status }) => status === 'rejected');
		expect(refused).toEqual([
			expect.objectContaining({ reason: expect.objectContaining({ code: '53300' }) }),
		]);
		await Promise.allSettled(clients.map((client) => client.end()));
	});

	it('is one of two that ask for a name at once', async () => {
		const both = [1, 2].map(() => createReader(owner, { tenantId: 'mine', login: NAME }).catch((e) => e));
		const results = await Promise.all(both);
		const [failed, ...others] = results.filter((result) => result instanceof Error);
		expect(others).toHaveLength(0);
		expect(failed?.message).toMatch(/already exists/);
	});
});

describe('etl.add_reader', () => {
	it.each([
		['nologin', ''],
		['login createrole', ''],
		['login createdb', ''],
		['login bypassrls', ''],
		['login superuser', ''],
		['login replication', ''],
		['login noinherit', ''],
		['login', 'zixly_worker'],
		['login', 'zixly_app'],
		['login', 'pg_read_all_data'],
	])('refuses a role that is %s %s', async (attributes, member) => {
		const roles = ['zixly_reader', ...(member ? [member] : [])].join(', ');
		await database.admin.query(`create role "${NAME}" ${attributes} in role ${roles}`);
		const error = await database.admin.query('select etl.add_reader($1, $2)', [NAME, 'mine']).catch((e) => e);
		expect(getSqlstate(error)).toBe('0LP01');
	});

	it('refuses a login that is not a reader’s, and one that is not there', async () => {
		await database.admin.query(`create role "${NAME}" login`);
		const add = (login: string) =>
			database.admin.query('select etl.add_reader($1, $2)', [login, 'mine']).catch(getSqlstate);
		expect(await add(NAME)).toBe('0LP01');
		expect(await add(`${NAME}_2`)).toBe('42704');
	});
});

describe('Revoke', () => {
	it('takes the access away also where it may not drop the login, and says what is left to do', async () => {
		const reader = await createReader(database.admin, { tenantId: 'mine', login: NAME });
		await as(reader, async (client) => {
			const error: Error = await revokeReader(database.pool, { login: NAME }).catch((e) => e);
			expect(error.message).toContain(`drop owned by "${NAME}"; drop role "${NAME}";`);
			expect(await rowsOf(client, SEEN)).toEqual([]);
		});
	});

	it('drops no other role that has the name now, and that role sees nothing', async () => {
		await createReader(owner, { tenantId: 'mine', login: NAME });
		const password = 'made-up-password';
		await database.admin.query(
			`drop owned by "${NAME}"; drop role "${NAME}"; create role "${NAME}" login password '${password}' in role zixly_reader;
			alter role "${NAME}" set row_security = on`,
		);
		expect(await as({ login: NAME, password }, (client) => rowsOf(client, SEEN))).toEqual([]);
		await revokeReader(owner, { login: NAME });
		const { rows } = await database.admin.query('select from pg_roles where rolname = $1', [NAME]);
		expect(rows).toHaveLength(1);
	});

	it('refuses a role that is no reader', async () => {
		await expect(revokeReader(database.admin, { login: 'zixly_test_n8n' })).rejects.toThrow(/no reader/);
	});
});

it('a login whose tenant was deleted, or that was renamed, sees nothing', async () => {
	await database.admin.query(insertOf('tenants', { id: 'leaving', name: 'Leaving' }));
	const leaving = await createReader(owner, { tenantId: 'leaving', login: `${NAME}_2` });
	await database.admin.query("delete from tenants where id = 'leaving'");
	expect(await as(leaving, (client) => rowsOf(client, SEEN))).toEqual([]);

	const reader = await createReader(owner, { tenantId: 'mine', login: NAME });
	await database.admin.query(`alter role "${NAME}" rename to "${NAME}_3"`);
	expect(await as({ ...reader, login: `${NAME}_3` }, (client) => rowsOf(client, SEEN))).toEqual([]);
});

it('a reader of one database sees nothing of another one on the same server', async () => {
	const staging = await testDatabase();
	try {
		await createTenant(staging.pool, { name: 'Of staging' });
		const reader = await createReader(owner, { tenantId: 'mine', login: NAME });
		const client = new pg.Client({ ...settingsOf(reader.login, reader.password), database: staging.name });
		await client.connect();
		expect(await rowsOf(client, SEEN)).toEqual([]);
		await client.end();
	} finally {
		await staging.close();
	}
});
