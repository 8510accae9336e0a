import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { DatabaseSettings } from '../../db/postgres/pool';
import { createReader, type NewReader } from '../../db/readers/logins';
import { claimDue, renewLeases } from '../../db/runs/claim';
import { finishRun } from '../../db/runs/finish';
import { createTenant } from '../../db/integrations/tenants';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { loadTarget, month } from '../support/database/loading';
import { contentOf, seedTenant } from '../support/database/tenant-rows';
import {
	attempt,
	catalogueOf,
	findTargets,
	openSession,
	plantSecrets,
	type Session,
} from './hostile-session';
import { hostileStatements, locksOn, type Targets } from './reader-statements';
import { holder } from '../support/database/run-holder';

const LOGIN = `zixly_test_attacker_${process.pid}`;
let database: TestDatabase;
let reader: NewReader;
let targets: Targets;
beforeAll(async () => {
	database = await testDatabase();
	const { admin } = database;
	for (const tenant of ['mine', 'theirs']) await seedTenant(admin, tenant);
	await plantSecrets(admin);
	targets = await findTargets(admin);
	reader = await createReader(admin, { tenantId: 'mine', login: LOGIN });
});
afterAll(async () => {
	await database.admin.query(`drop owned by "${LOGIN}" cascade; drop role "${LOGIN}"`);
	await database.close();
});

const settings = (): DatabaseSettings => ({
	...database.settings,
	user: reader.login,
	password: reader.password,
});
const logIn = async (): Promise<Session> => await openSession(settings());

const state = async (): Promise<string[]> => [
	await contentOf(
		database.admin,
		targets.tables.map(({ name }) => name),
	),
	(await database.admin.query(catalogueOf(LOGIN))).rows[0].sum,
];

describe('a reader’s login', () => {
	it('gets nothing of another tenant, no token and no change by any hostile statement', async () => {
		const statements = hostileStatements(targets);
		expect(statements.length).toBeGreaterThan(800);
		const before = await state();
		const attacks: Attack[] = [];
		for (const statement of statements) attacks.push(await attempt(settings(), statement));
		const after = await state();
		const changed = after.some((text, index) => text !== before[index]);
		attacks.push({ name: 'changes of rows or catalogue', gained: changed || undefined });
		expectRepelled('reader: hostile statements', attacks);
		// The corpus can notice: the owner's own tenant is seen.
		const { client } = await logIn();
		expect((await client.query('select id from public.tenants')).rows).toEqual([{ id: 'mine' }]);
		await client.end();
	});

	it('holds no lock that a sync of any tenant waits for', async () => {
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
				...locksOn(targets).map((name) => ({ name })),
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
	const locks = locksOn(targets);
	const texts = [...locks, ...tenants.flatMap((id) => locks.map((text) => text.replaceAll('theirs', id)))];
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
