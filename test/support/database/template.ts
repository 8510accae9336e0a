import pg from 'pg';

import { settingsFromUrl, type DatabaseSettings } from '../../../db/postgres/pool';
import { migrate } from '../../../db/schema/migrate';
import { ROLES } from '../../../db/schema/roles';
import { USUAL_SETTINGS } from './postgres';

/** A migrated database to be cloned, and the server that it is on. */
export interface DatabaseTemplate {
	adminUrl: string;
	template: string;
}

/** Migrates the schema: a plain owner, as most installations have. */
export const OWNER = 'zixly_test_owner';
/** What n8n would log in with: a member of zixly_worker and nothing more. */
export const WORKER = 'zixly_test_n8n';
/** Made up: the logins exist on test servers only. */
export const PASSWORD = 'made-up-test-password';

/** How the template reaches the test workers: they inherit the environment of the process that made it. */
const ANNOUNCED = 'ZIXLY_TEST_TEMPLATE';

export function announceTemplate(template: DatabaseTemplate): void {
	process.env[ANNOUNCED] = JSON.stringify(template);
}

/** The template of this run. */
export function findTemplate(): DatabaseTemplate {
	const announced = process.env[ANNOUNCED];
	if (!announced) throw new Error('This project of jest.config.mjs has no database.');
	return JSON.parse(announced) as DatabaseTemplate;
}

/** Makes the test logins and a database that a plain owner has migrated. */
export async function createTemplate(adminUrl: string): Promise<DatabaseTemplate> {
	const template = `zixly_test_template_${process.pid}_${Date.now()}`;
	await asAdmin(adminUrl, async (client) => {
		await createLogin(client, OWNER, 'createrole');
		await createLogin(client, WORKER, 'nocreaterole');
		await letGrantExistingRoles(client);
		await client.query(`create database ${template} owner ${OWNER}`);
	});
	await migrate(loginSettings({ adminUrl, template }, OWNER, template));
	await asAdmin(adminUrl, (client) => client.query(`grant zixly_worker to ${WORKER}`));
	return { adminUrl, template };
}

/** Drops the template and every clone of it that a test has left behind. */
export async function dropTemplate({ adminUrl, template }: DatabaseTemplate): Promise<void> {
	await asAdmin(adminUrl, async (client) => {
		const { rows } = await client.query<{ datname: string }>(
			'select datname from pg_database where starts_with(datname, $1)',
			[template],
		);
		for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
	});
}

export function loginSettings(
	{ adminUrl }: DatabaseTemplate,
	user: string,
	database: string,
): DatabaseSettings {
	return { ...settingsFromUrl(adminUrl), user, password: PASSWORD, database };
}

/** Runs `work` with a connection of the server's superuser, to database `postgres` unless told. */
export async function asAdmin<T>(adminUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
	const client = new pg.Client({ connectionString: adminUrl, options: USUAL_SETTINGS });
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}

async function createLogin(client: pg.Client, name: string, attribute: string): Promise<void> {
	const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
	const verb = rowCount ? 'alter' : 'create';
	await client.query(`${verb} role ${name} login ${attribute} password '${PASSWORD}'`);
}

/**
 * On a server that was used before, another login may have made the roles. PostgreSQL 16 then lets nobody grant
 * them who has no admin option; PostgreSQL 15 lets every login that may create roles.
 */
async function letGrantExistingRoles(client: pg.Client): Promise<void> {
	const { rows } = await client.query<{ rolname: string }>(
		`select rolname from pg_roles where rolname = any ($1)
			and current_setting('server_version_num')::int >= 160000`,
		[ROLES],
	);
	for (const { rolname } of rows) {
		await client.query(`grant ${rolname} to ${OWNER} with admin true, inherit false, set false`);
	}
}
