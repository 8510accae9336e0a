import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createReader, type NewReader } from '../../db/readers';
import { claimDue, finishRun, renewLeases } from '../../db/sync-runs';
import { createTenant } from '../../db/tenants';
import { expectRepelled, type Attack } from '../support/attacks';
import { testDatabase, type TestDatabase } from '../support/database';
import { loadTarget, month } from '../support/loading';
import { contentOf, seedTenant } from '../support/tenant-rows';
import { HOSTILE_STATEMENTS, LOCKS, TABLES, type HostileStatement } from './reader-statements';
import { holder } from '../support/run-holder';

const LOGIN = `zixly_test_attacker_${process.pid}`;
/** Made up, and in no statement of the corpus: what holds one of them came out of the other tenant's rows. */
const SECRETS = ['QX7-of-the-other-tenant', 'v1.k1.SEALED'];

let database: TestDatabase;
let reader: NewReader;
beforeAll(async () => {
	database = await testDatabase();
	const { admin } = database;
	for (const tenant of ['mine', 'theirs']) await seedTenant(admin, tenant);
	await admin.query(`update tenants set name = $1 where id = 'theirs'`, [SECRETS[0]]);
	await admin.query(`update client_kpis set client_name = $1 where tenant_id = 'theirs'`, [SECRETS[0]]);
	await admin.query(`update lead_events set stage = $1 where client_kpi_id = 'theirs-client'`, [SECRETS[0]]);
	await admin.query(`update custom_metrics set metric_name = $1 where client_kpi_id = 'theirs-client'`, [
		SECRETS[0],
	]);
	await admin.query(`update integrations set access_token = $1, refresh_token = $1`, [SECRETS[1]]);
	await admin.query('analyze');
	reader = await createReader(admin, { tenantId: 'mine', login: LOGIN });
});
afterAll(async () => {
	await database.admin.query(`drop owned by "${LOGIN}" cascade; drop role "${LOGIN}"`);
	await database.close();
});

interface Session {
	client: pg.Client;
	heard: string[];
}

async function logIn(): Promise<Session> {
	const client = new pg.Client({ ...database.settings, user: reader.login, password: reader.password });
	const heard: string[] = [];
	client.on('error', () => undefined);
	client.on('notice', ({ message }) => heard.push(message ?? ''));
	client.on('notification', ({ payload }) => heard.push(payload ?? ''));
	await client.connect();
	return { client, heard };
}

/** What the statement brought: rows of its last result, or words that hold a secret. */
async function attempt({ name, sql }: HostileStatement): Promise<Attack> {
	const { client, heard } = await logIn();
	try {
		const answer = (await client.query(sql)) as pg.QueryResult | pg.QueryResult[];
		const rows = (Array.isArray(answer) ? answer.at(-1)! : answer).rows ?? [];
		const text = JSON.stringify([rows, heard]);
		const any = /^(call|catalogue|other)/.test(name) && rows.length > 0;
		const taken = rows.some((row) => row.gained !== undefined) || JSON.stringify(rows).includes('theirs');
		return { name, gained: any || taken || holdsSecret(text) ? text.slice(0, 300) : undefined };
	} catch (error) {
		const { message, detail, hint, where } = error as pg.DatabaseError;
		const text = JSON.stringify([message, detail, hint, where, heard]);
		return { name, gained: holdsSecret(text) ? text.slice(0, 300) : undefined };
	} finally {
		await client.end();
	}
}

const holdsSecret = (text: string): boolean => SECRETS.some((secret) => text.includes(secret));

const CATALOGUE = `
	select md5(string_agg(line, '|' order by line)) as sum from (
		select oid || relname || coalesce(relacl::text, '') || relrowsecurity || relforcerowsecurity as line from pg_class
			where relnamespace in ('public'::regnamespace, 'etl'::regnamespace)
		union all select oid || proname || coalesce(proacl::text, '') from pg_proc
			where pronamespace in ('public'::regnamespace, 'etl'::regnamespace)
		union all select oid || polname || coalesce(pg_get_expr(polqual, polrelid), '') from pg_policy
		union all select oid || nspname || coalesce(nspacl::text, '') from pg_namespace where nspname !~ '^pg_(toast_)?temp'
		union all select oid || extname from pg_extension
		union all select rolname || rolsuper || rolbypassrls from pg_roles where rolname like '%attacker%'
		union all select m.roleid || '-' || m.member from pg_auth_members m
			where m.member = (select oid from pg_roles where rolname = '${LOGIN}')
	) lines`;

const catalogue = async (): Promise<string> => (await database.admin.query(CATALOGUE)).rows[0].sum;

describe('a reader’s login', () => {
	it(
		'gets nothing of another tenant, no token and no change by any hostile statement',
		{ timeout: 600_000 },
		async () => {
			expect(HOSTILE_STATEMENTS.length).toBeGreaterThan(200);
			const before = [await contentOf(database.admin, TABLES), await catalogue()];
			const attacks: Attack[] = [];
			for (const statement of HOSTILE_STATEMENTS) attacks.push(await attempt(statement));
			const after = [await contentOf(database.admin, TABLES), await catalogue()];
			const changed = after.some((text, index) => text !== before[index]);
			attacks.push({ name: 'changes of rows or catalogue', gained: changed || undefined });
			expectRepelled('reader: hostile statements', attacks);
			// The corpus can notice: the owner's own tenant is seen.
			const { client } = await logIn();
			expect((await client.query('select id from public.tenants')).rows).toEqual([{ id: 'mine' }]);
			await client.end();
		},
	);

	it('holds no lock that a sync of any tenant waits for', { timeout: 300_000 }, async () => {
		const one = await loadTarget(database, 'One');
		const two = await loadTarget(database, 'Two');
		const sessions = await holdLocks([one.tenantId, two.tenantId]);
		try {
			const { rows: blocking } = await database.admin.query(
				`select relation::regclass::text as relation, mode from pg_locks
				where pid = any ($1) and locktype = 'relation' and mode <> 'AccessShareLock'`,
				[sessions.pids],
			);
			const ended = await Promise.all([one, two].map((target) => syncOnce(target)));
			expectRepelled('reader: locks', [
				...blocking.map((lock) => ({ name: 'a table lock', gained: lock })),
				...LOCKS.map((name) => ({ name })),
				...ended.map((status) => ({ name: 'a sync', gained: status === 'succeeded' ? undefined : status })),
			]);
			await createTenant(database.pool, { name: 'Three', reuse: true });
		} finally {
			await sessions.end();
		}
	});
});

/** Holds whatever can be had, in transactions that stay open. */
async function holdLocks(tenants: string[]): Promise<{ pids: number[]; end: () => Promise<void> }> {
	const clients: pg.Client[] = [];
	const pids: number[] = [];
	const texts = [...LOCKS, ...tenants.flatMap((id) => LOCKS.map((text) => text.replaceAll('theirs', id)))];
	for (let index = 0; index < 8; index++) {
		const { client } = await logIn();
		clients.push(client);
		pids.push((await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid);
		await client.query(
			'set idle_in_transaction_session_timeout = 0; set statement_timeout = 2000; begin read write',
		);
		for (const text of texts.filter((_, place) => place % 8 === index)) {
			await client.query('savepoint one');
			await client.query(text).catch(() => client.query('rollback to savepoint one'));
		}
	}
	return { pids, end: async () => void (await Promise.all(clients.map((client) => client.end()))) };
}

/** Stores rows, renews the lease, closes the run, and claims the next one. */
async function syncOnce(target: Awaited<ReturnType<typeof loadTarget>>): Promise<string> {
	await target.load([month('2026-06-30', '1.00')]);
	await renewLeases(database.pool, [target.syncRunId]);
	const { tenantId, syncRunId, integrationId } = target;
	const { status } = await finishRun(database.pool, { tenantId, syncRunId, status: 'succeeded' });
	const options = { provider: 'xero', limit: 1, syncEveryHours: 6, holder: holder(syncRunId) };
	const claimed = await claimDue(database.pool, {
		...options,
		authentication: 'stored',
		integrationId,
		runNow: true,
	});
	return claimed.length === 1 ? status : 'not claimed';
}
