import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { DatabaseSettings } from '../../db/postgres/pool';
import { createTenant } from '../../db/integrations/tenants';
import type { WorkflowFile } from '../support/checkout';
import { zixly, type CommandResult } from '../support/engine/command-line';
import { testDatabase, urlOf, type TestDatabase } from '../support/database/database';
import { closeEngine, runWorkflow, type EngineRun } from '../support/n8n/engine';
import { seedTenant } from '../support/database/tenant-rows';

/** Roles belong to the whole server, which other test files use too. */
const NAME = `zixly_test_login_${process.pid}`;
const PASSWORD = /^[\w-]{32}$/;

interface Reader {
	login: string;
	password: string;
	tenantId: string;
	database: string;
}

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
	for (const tenant of ['mine', 'theirs']) await seedTenant(database.admin, tenant);
});
afterEach(async () => {
	await database.admin.query('delete from etl.tenant_readers');
	const { rows } = await database.admin.query<{ name: string }>(
		'select rolname as name from pg_roles where starts_with(rolname, $1)',
		[NAME],
	);
	for (const { name } of rows) await database.admin.query(`drop owned by "${name}"; drop role "${name}"`);
});
afterAll(async () => {
	await closeEngine();
	await database.close();
});

async function logIn({ login, password }: Pick<Reader, 'login' | 'password'>): Promise<pg.Client> {
	const client = new pg.Client({ ...database.settings, user: login, password });
	client.on('error', () => undefined);
	await client.connect();
	return client;
}

const tenantsOf = async (client: pg.Client): Promise<unknown[]> =>
	(await client.query('select id from public.tenants')).rows;

/** Sees its tenant alone; once `revoke` is done its open session has ended and it gets in no more. */
async function expectLife(reader: Reader, revoke: () => Promise<void>): Promise<void> {
	const session = await logIn(reader);
	expect(await tenantsOf(session)).toEqual([{ id: 'mine' }]);
	await revoke();
	await expect(tenantsOf(session)).rejects.toThrow();
	await expect(logIn(reader)).rejects.toThrow(/password authentication failed|does not exist/);
	const { rows } = await database.admin.query('select from pg_roles where rolname = $1', [reader.login]);
	expect(rows).toEqual([]);
}

describe('zixly reader', () => {
	/** The owner made the roles, so it may make logins in them. */
	const run = async (args: string[], settings: DatabaseSettings = database.owner): Promise<CommandResult> =>
		await zixly(['reader', ...args], { DATABASE_URL: urlOf(settings) });
	const create = async (login = NAME, tenantId = 'mine'): Promise<CommandResult> =>
		await run(['create', '--tenant-id', tenantId, '--login', login]);

	/** What a script reads: exactly one line, one object. */
	function objectOf({ stdout }: CommandResult): unknown {
		expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
		return JSON.parse(stdout);
	}

	it('create prints one line of JSON with the password, once, and revoke ends the login', async () => {
		const created = await create();
		expect(created.code).toBe(0);
		const reader = objectOf(created) as Reader;
		expect(reader).toEqual({
			login: NAME,
			password: expect.stringMatching(PASSWORD),
			tenantId: 'mine',
			database: database.name,
		});
		expect(created.stderr).toContain(`Created the login ${NAME}`);
		expect((created.stdout + created.stderr).split(reader.password)).toHaveLength(2);
		await expectLife(reader, async () => {
			const revoked = await run(['revoke', '--login', NAME]);
			expect(revoked.code).toBe(0);
			expect(objectOf(revoked)).toEqual({ login: NAME, tenantId: 'mine' });
			expect(revoked.stderr).toContain(`Dropped the login ${NAME}`);
		});
	});

	it('create a second time makes nothing, and the first password still works', async () => {
		const first = objectOf(await create()) as Reader;
		const second = await create(NAME, 'theirs');
		expect(second).toMatchObject({ code: 1, stdout: '' });
		expect(second.stderr).toContain('already exists');
		const session = await logIn(first);
		expect(await tenantsOf(session)).toEqual([{ id: 'mine' }]);
		await session.end();
	});

	it.each<[what: string, args: string[], words: RegExp]>([
		['no tenant', ['create', '--login', NAME], /needs a tenant and a login/],
		['no login', ['create', '--tenant-id', 'mine'], /needs a tenant and a login/],
		['a tenant that is not there', ['create', '--tenant-id', 'x', '--login', NAME], /no tenant "x"/],
		['a name that is none', ['create', '--tenant-id', 'mine', '--login', 'a"b'], /is invalid/],
		['a role of the server', ['create', '--tenant-id', 'mine', '--login', 'postgres'], /already exists/],
		['a reader that is not there', ['revoke', '--login', NAME], /has no reader/],
		['a role that is no reader', ['revoke', '--login', 'postgres'], /has no reader/],
		['revoke without a login', ['revoke'], /Name the reader/],
		['a verb that is none', ['drop', '--login', NAME], /"reader drop" is not a command/],
	])('refuses %s with words, an empty stdout and a failing exit code', async (_what, args, words) => {
		const result = await run(args);
		expect(result).toMatchObject({ code: 1, stdout: '' });
		expect(result.stderr).toMatch(words);
		expect(result.stderr).not.toMatch(/\n\s+at /);
		const { rows } = await database.admin.query('select from pg_roles where rolname = $1', [NAME]);
		expect(rows).toEqual([]);
	});

	it('tells n8n’s own login, which may make no roles, what an administrator has to run', async () => {
		const result = await run(['create', '--tenant-id', 'mine', '--login', NAME], database.settings);
		expect(result).toMatchObject({ code: 1, stdout: '' });
		expect(result.stderr).toContain(`\\password "${NAME}"`);
		expect(result.stderr).not.toMatch(/SCRAM|made-up-test-password/);
	});
});

describe('Zixly Database, Reader', () => {
	const workflow = (parameters: Record<string, unknown>): WorkflowFile => {
		const place = { typeVersion: 1, position: [0, 0] as [number, number] };
		return {
			id: 'readers-test',
			name: 'Readers test',
			nodes: [
				{ ...place, id: '1', name: 'By Hand', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
				{
					...{ ...place, id: '2', name: 'Reader', type: 'n8n-nodes-zixly.database' },
					parameters: { resource: 'reader', ...parameters },
					credentials: { zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' } },
				},
			],
			connections: { 'By Hand': { main: [[{ node: 'Reader', type: 'main', index: 0 }]] } },
		} as WorkflowFile;
	};

	async function operate(
		parameters: Record<string, unknown>,
		{ settings = database.owner, input = [{}] }: { settings?: DatabaseSettings; input?: object[] } = {},
	): Promise<EngineRun> {
		const data = { ...settings, ca: '', maxConnections: 5 };
		const credential = { id: 'zixlyPostgres', name: 'Zixly Postgres', type: 'zixlyPostgresApi', data };
		return await runWorkflow(workflow(parameters), {
			credentials: [credential] as never,
			input: input as never,
		});
	}

	const tenant = (value: string) => ({ __rl: true, mode: 'id', value });
	const create = async (login = NAME, id = 'mine', more: Parameters<typeof operate>[1] = {}) =>
		await operate({ operation: 'create', tenantId: tenant(id), login }, more);

	it('Create puts out the login with its password, once, and Revoke ends it', async () => {
		const created = await create();
		expect(created.error).toBeUndefined();
		const [reader, ...others] = created.items('Reader') as unknown as Reader[];
		expect(others).toEqual([]);
		expect(reader).toEqual({
			login: NAME,
			password: expect.stringMatching(PASSWORD),
			tenantId: 'mine',
			database: database.name,
		});
		expect(JSON.stringify(created.runData).split(reader!.password)).toHaveLength(2);
		await expectLife(reader!, async () => {
			const revoked = await operate({ operation: 'revoke', login: ` ${NAME} ` });
			expect(revoked.error).toBeUndefined();
			expect(revoked.items('Reader')).toEqual([{ login: NAME, tenantId: 'mine' }]);
		});
	});

	it('Create makes one for each item, named by an expression', async () => {
		const { id } = await createTenant(database.pool, { name: 'Third' });
		const input = [
			{ tenant: 'mine', login: `${NAME}_1` },
			{ tenant: id, login: `${NAME}_2` },
		];
		const run = await create('={{ $json.login }}', '={{ $json.tenant }}', { input });
		expect(run.error).toBeUndefined();
		for (const reader of run.items('Reader') as unknown as Reader[]) {
			const session = await logIn(reader);
			expect(await tenantsOf(session)).toEqual([{ id: reader.tenantId }]);
			await session.end();
		}
		expect(run.items('Reader').map(({ tenantId }) => tenantId)).toEqual(['mine', id]);
	});

	it.each<[what: string, parameters: Record<string, unknown>, words: RegExp]>([
		['no login', { operation: 'create', tenantId: tenant('mine'), login: ' ' }, /no login/],
		[
			'a tenant that is not there',
			{ operation: 'create', tenantId: tenant('x'), login: NAME },
			/no tenant "x"/,
		],
		[
			'a role that exists',
			{ operation: 'create', tenantId: tenant('mine'), login: 'postgres' },
			/already exists/,
		],
		['a reader that is not there', { operation: 'revoke', login: NAME }, /has no reader/],
		['Revoke without a login', { operation: 'revoke', login: ' ' }, /no login to revoke/],
	])('refuses %s in words, and makes nothing', async (_what, parameters, words) => {
		const { error, status } = await operate(parameters);
		expect(status).toBe('error');
		expect(`${error?.message} ${error?.description}`).toMatch(words);
		const { rows } = await database.admin.query('select from pg_roles where rolname = $1', [NAME]);
		expect(rows).toEqual([]);
	});

	it('is not run by n8n without a tenant', async () => {
		const run = operate({ operation: 'create', tenantId: tenant(''), login: NAME });
		await expect(run).rejects.toThrow('Parameter "Tenant" is required');
	});

	it('Create tells n8n’s own login, which may make no roles, what an administrator has to run', async () => {
		const { error } = await create(NAME, 'mine', { settings: database.settings });
		const text = `${error?.message} ${error?.description}`;
		expect(text).toContain(`\\password "${NAME}"`);
		expect(text).toContain(`select etl.add_reader('${NAME}', 'mine')`);
		expect(text).not.toMatch(/SCRAM|made-up-test-password/);
	});
});
