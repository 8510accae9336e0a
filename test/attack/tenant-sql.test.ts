import { afterAll, beforeAll, expect, it } from '@jest/globals';

import type { DatabaseSettings } from '../../db/postgres/pool';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { PASSWORD } from '../support/database/template';
import { contentOf, seedTenant } from '../support/database/tenant-rows';
import { attempt, catalogueOf, findTargets, openSession, plantSecrets } from './hostile-session';
import { hostileStatements, type HostileStatement, type Targets } from './reader-statements';

/** As somebody may make one for a person against the advice: a member of `zixly_app`, whose writing is off by default. */
const LOGIN = `zixly_test_dashboard_${process.pid}`;
const MINE = "select set_config('app.tenant_id', 'mine', false)";

/**
 * What such a login may do within its tenant, and what docs/security.md says of it: it acts as its own role, chooses
 * its tenant, and locks rows and tables in ways that no writer of another tenant waits for.
 */
const ITS_OWN =
	/^(for update|for key share|lock row exclusive) |app\.tenant_id|set role zixly_app$|local role in a block|policy’s way|plan reuse|generic plan|catalogue: (information_schema|metadata of integrations)/;

const WRITE = 'begin read write;';

/** Over rows of the other tenant, which such a login cannot see. */
const OVER_INVISIBLE_ROWS: HostileStatement[] = [
	[
		'users by address',
		`insert into public.users (id, tenant_id, email) values ('n1', 'mine', 'theirs@example.com') on conflict (email) do update set role = 'ADMIN'`,
	],
	[
		'users by address, quietly',
		`insert into public.users (id, tenant_id, email) values ('n1', 'mine', 'theirs@example.com') on conflict (email) do nothing returning id as gained`,
	],
	[
		'users by id',
		`insert into public.users (id, tenant_id, email) values ('theirs-user', 'mine', 'n@example.com') on conflict (id) do update set role = 'ADMIN'`,
	],
	['own users', `update public.users set role = 'ADMIN' where tenant_id = 'mine' returning role as gained`],
	[
		'a client',
		`insert into public.client_kpis (id, tenant_id, client_id, client_name) values ('theirs-client', 'mine', 'c', 'n') on conflict (id) do update set client_name = 'taken'`,
	],
	[
		'a month',
		`insert into public.financials (id, client_kpi_id, record_date, revenue, expenses, net_profit, cash_flow) values ('theirs-financial', 'mine-client', '2020-01-01', 0, 0, 0, 0) on conflict (id) do update set revenue = 9, net_profit = 9`,
	],
	[
		'a lead',
		`insert into public.lead_events (id, client_kpi_id, event_date, lead_id, stage, status) values ('theirs-event', 'mine-client', now(), '1', 's', 'won') on conflict (id) do update set stage = 'taken'`,
	],
	[
		'a metric',
		`insert into public.custom_metrics (id, client_kpi_id, metric_name, metric_value, record_date) values ('theirs-metric', 'mine-client', 'm', 1, now()) on conflict (id) do update set metric_value = 9`,
	],
	[
		'a connection',
		`insert into public.integrations (id, tenant_id, provider) values ('theirs-integration', 'mine', 'zz') on conflict (id) do update set status = 'DISABLED'`,
	],
	[
		'a run',
		`insert into etl.sync_runs (id, tenant_id, provider) values ('theirs-run', 'mine', 'zz') on conflict (id) do update set counts = '{"x": 1}'`,
	],
	[
		'a run of their connection',
		`insert into etl.sync_runs (id, tenant_id, provider, integration_id) values ('n', 'mine', 'xero', 'theirs-integration') on conflict do nothing`,
	],
	[
		'a run for their tenant',
		`insert into etl.sync_runs (id, tenant_id, provider) values ('n', 'theirs', 'xero')`,
	],
	[
		'an account',
		`insert into etl.accounts (integration_id, tenant_id, provider, account_id) values ('mine-integration', 'mine', 'xero', 'theirs-organisation') on conflict (provider, account_id) where released_at is null do update set integration_id = 'mine-integration', tenant_id = 'mine'`,
	],
	[
		'an account of a customer to come',
		`insert into etl.accounts (integration_id, tenant_id, provider, account_id) values ('mine-integration', 'mine', 'xero', 'of-a-customer-to-come') returning account_id as gained`,
	],
	[
		'a released account',
		`update etl.accounts set released_at = null where account_id = 'mine-organisation' returning account_id as gained`,
	],
	[
		'a state',
		`insert into etl.stream_states (integration_id, account_id, stream, tenant_id, state) values ('theirs-integration', '1', 'monthlyFinancials', 'mine', '{}') on conflict (integration_id, account_id, stream) do update set state = '{"x": 1}'`,
	],
	[
		'a rejected record',
		`insert into etl.rejected_records (id, tenant_id, stage, provider, stream, account_id, record_id, reason_code, reason_message, payload) values ('theirs-rejected', 'mine', 'load', 'x', 's', 'a', 'r', 'c', 'm', '{}') on conflict (id) do update set resolved_at = now()`,
	],
	[
		'a link',
		`insert into etl.client_links (tenant_id, provider, external_id, client_kpi_id) values ('mine', 'xero', '9', 'theirs-client') on conflict do nothing`,
	],
	['tokens of its own', `select access_token as gained from public.integrations`],
	['tokens of its own, written', `update public.integrations set access_token = '' returning id as gained`],
	['a rate', `insert into etl.exchange_rates values ('AUD', 'USD', '2026-01-01', 1, 'x')`],
].map(([name, sql]) => ({ name: `upsert: ${name}`, sql: `${WRITE} ${sql}; commit` }));

let database: TestDatabase;
let settings: DatabaseSettings;
let targets: Targets;
beforeAll(async () => {
	database = await testDatabase();
	const { admin } = database;
	for (const tenant of ['mine', 'theirs']) await seedTenant(admin, tenant);
	await plantSecrets(admin);
	targets = await findTargets(admin);
	await admin.query(
		`create role "${LOGIN}" login password '${PASSWORD}' in role zixly_app;
		alter role "${LOGIN}" set default_transaction_read_only = on`,
	);
	settings = { ...database.settings, user: LOGIN, password: PASSWORD };
});
afterAll(async () => {
	await database.admin.query(`drop owned by "${LOGIN}" cascade; drop role "${LOGIN}"`);
	await database.close();
});

const state = async (): Promise<string[]> => [
	await contentOf(
		database.admin,
		targets.tables.map(({ name }) => name),
	),
	(await database.admin.query(catalogueOf(LOGIN))).rows[0].sum,
];

it('a member of zixly_app gets nothing beyond its tenant and no token by any hostile statement', async () => {
	const statements = [
		...hostileStatements(targets).filter(({ name }) => !ITS_OWN.test(name)),
		...OVER_INVISIBLE_ROWS,
	];
	expect(statements.length).toBeGreaterThan(300);
	const attacks: Attack[] = [];
	const before = await state();
	for (const statement of statements) attacks.push(await attempt(settings, statement, MINE));
	const after = await state();
	const changed = after.some((text, index) => text !== before[index]);
	attacks.push({ name: 'changes of rows or catalogue', gained: changed || undefined });
	expectRepelled('zixly_app: hostile statements', attacks);
	// The corpus can notice: the login's own tenant is seen.
	const { client } = await openSession(settings);
	await client.query(MINE);
	expect((await client.query('select id from public.tenants')).rows).toEqual([{ id: 'mine' }]);
	await client.end();
});
