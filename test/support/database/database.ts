import { randomBytes } from 'node:crypto';

import pg from 'pg';

import { getPool, type DatabaseSettings } from '../../../db/postgres/pool';
import { asAdmin, loginSettings, OWNER, WORKER, findTemplate } from './template';
import { USUAL_SETTINGS } from './postgres';

export interface TestDatabase {
	/** Where n8n's login gets in; for other processes. */
	url: string;
	/** The same as the credential would hold it. */
	settings: DatabaseSettings;
	/** n8n's login: a plain member of `zixly_worker`. */
	pool: pg.Pool;
	/** A superuser, who sees every row; for checks. */
	admin: pg.Pool;
	adminUrl: string;
	/** The plain owner of the schema, under forced row-level security. */
	owner: DatabaseSettings;
	name: string;
	/** Closes the pools and drops the database. */
	close(): Promise<void>;
}

/** A new database with the schema of this package, a clone of the run's template. */
export async function testDatabase(): Promise<TestDatabase> {
	const source = findTemplate();
	const { adminUrl, template } = source;
	const name = nameClone(template);
	await asAdmin(adminUrl, (client) =>
		client.query(`create database ${name} template ${template} owner ${OWNER}`),
	);
	return openDatabase(name);
}

/** An empty database, for what migrates by itself. */
export async function emptyDatabase(): Promise<TestDatabase> {
	const { adminUrl, template } = findTemplate();
	const name = nameClone(template);
	await asAdmin(adminUrl, (client) => client.query(`create database ${name} owner ${OWNER}`));
	return openDatabase(name);
}

function openDatabase(name: string): TestDatabase {
	const source = findTemplate();
	const settings = { ...loginSettings(source, WORKER, name), maxConnections: 10 };
	const adminUrl = withDatabase(source.adminUrl, name);
	const admin = new pg.Pool({
		connectionString: adminUrl,
		options: USUAL_SETTINGS,
		max: 4,
		allowExitOnIdle: true,
	});
	// The drop below may cut a connection that is just being closed; without a listener that ends the whole run.
	admin.on('error', () => undefined);
	admin.on('connect', (client) => client.on('error', () => undefined));
	const pool = getPool(settings);
	const close = async () => {
		if (!pool.ending) await pool.end();
		await admin.end();
		await asAdmin(source.adminUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
	};
	const owner = loginSettings(source, OWNER, name);
	return { url: urlOf(settings), settings, pool, admin, adminUrl, owner, name, close };
}

function withDatabase(url: string, name: string): string {
	const changed = new URL(url);
	changed.pathname = `/${name}`;
	return changed.href;
}

export function urlOf({ host, port, database, user, password }: DatabaseSettings): string {
	return `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}

/** Not counted: each test file has modules of its own, and the process that ran another one may run it. */
function nameClone(template: string): string {
	return `${template}_${randomBytes(6).toString('hex')}`;
}
