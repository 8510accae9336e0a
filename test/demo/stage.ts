import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';

import { closePools, getPool, settingsFromUrl, type DatabaseSettings } from '../../db/postgres/pool';
import { startSandbox, type Sandbox } from '../sandbox';
import { startPostgres } from '../support/database/postgres';
import type { Warehouse } from '../support/n8n/scenario';

/** What the demo plays on: an embedded PostgreSQL with an empty database for the warehouse, and the sandbox. */
export interface Stage {
	warehouse: Warehouse;
	sandbox: Sandbox;
	/** The warehouse for one who sees everything: a superuser. */
	adminUrl: string;
	/** Makes another empty database with a login that owns it. */
	createDatabase(name: string): Promise<DatabaseSettings>;
	/** Sees everything in another database; closed with the stage. */
	adminOf(database: string): Pool;
	close(): Promise<void>;
}

/** Sets it up; the warehouse's login is a plain owner that may create roles, as the README has it made. */
export async function setStage(): Promise<Stage> {
	const server = await startPostgres();
	const admins = new Map<string, Pool>();
	const adminUrlOf = (database: string) =>
		Object.assign(new URL(server.adminUrl), { pathname: database }).href;
	const adminOf = (database: string): Pool => {
		const admin = admins.get(database) ?? new Pool({ connectionString: adminUrlOf(database) });
		admins.set(database, admin);
		return admin;
	};
	const createDatabase = async (name: string): Promise<DatabaseSettings> => {
		const login = { user: `${name}_owner`, password: randomBytes(12).toString('hex') };
		await adminOf('postgres').query(
			`create role ${login.user} login createrole password '${login.password}'`,
		);
		await adminOf('postgres').query(`create database ${name} owner ${login.user}`);
		return { ...settingsFromUrl(server.adminUrl), ...login, database: name };
	};
	const settings = await createDatabase('zixly');
	const sandbox = await startSandbox();
	return {
		warehouse: { settings, pool: getPool(settings), admin: adminOf('zixly') },
		sandbox,
		adminUrl: adminUrlOf('zixly'),
		createDatabase,
		adminOf,
		async close() {
			await closePools();
			await Promise.all([...admins.values()].map((admin) => admin.end()));
			await sandbox.close();
			await server.stop();
		},
	};
}
