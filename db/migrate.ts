import path from 'node:path';

import pg from 'pg';

import { clientConfig, type DatabaseSettings } from './connection';
import { prepareRoles } from './roles';
import {
	MIGRATIONS_SCHEMA,
	MIGRATIONS_TABLE,
	PACKAGE_VERSION,
	pendingOf,
	unknownOf,
	versionOf,
} from './schema-version';
import { appliedMigrations } from './status';
import { ensureEmbedding } from './vector';

export interface MigrateResult {
	/** The schema's version before, null for an empty database. */
	from: string | null;
	to: string;
	/** The migrations that were applied now; empty when the schema was up to date. */
	applied: string[];
	/** Whether `custom_metrics.embedding` is there: it needs the server's vector extension. */
	vector: 'present' | 'unavailable';
	warnings: string[];
}

export interface MigrateOptions {
	/** Gets each line of progress. */
	log?: (line: string) => void;
}

type Log = (line: string) => void;

const OLDEST_SERVER = 150000;

/**
 * Brings a database to this package's schema version. Safe to run at any time and from many places at once: the
 * others wait for the first. Needs a direct connection, since the lock would not survive a transaction pooler.
 * @throws Error when the server is too old, the database is newer than the package, or roles may not be made
 */
export async function migrate(
	settings: DatabaseSettings,
	options: MigrateOptions = {},
): Promise<MigrateResult> {
	const client = new pg.Client(clientConfig(settings));
	let lost: Error | undefined;
	client.on('error', (error) => (lost = error));
	await client.connect();
	try {
		return await migrateLocked(client, options.log ?? (() => undefined));
	} catch (error) {
		if (!lost) throw error;
		throw new Error(`The connection was lost during the migration: ${lost.message}. Run it again.`, {
			cause: error,
		});
	} finally {
		// Ending the session gives the lock back.
		await client.end();
	}
}

async function migrateLocked(client: pg.Client, log: Log): Promise<MigrateResult> {
	await refuseOldServer(client);
	const { PG_MIGRATE_LOCK_ID } = await import('node-pg-migrate');
	// The roles are prepared under the same lock, so it is taken here and not by the runner.
	await lock(client, PG_MIGRATE_LOCK_ID, log);
	const before = await appliedMigrations(client);
	refuseNewerDatabase(before);
	const pending = pendingOf(before);
	if (pending.length > 0) await apply(client, log);
	const vector = await ensureEmbedding(client);
	return {
		from: versionOf(before),
		to: PACKAGE_VERSION,
		applied: pending,
		vector: vector.state,
		warnings: vector.warnings,
	};
}

async function lock(client: pg.Client, id: number, log: Log): Promise<void> {
	const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [id]);
	if (rows[0]?.taken) return;
	log('Another migration is running; waiting for it to end.');
	await client.query('select pg_advisory_lock($1)', [id]);
}

async function apply(client: pg.Client, log: Log): Promise<void> {
	const { runner } = await import('node-pg-migrate');
	await client.query('set search_path to public');
	await prepareRoles(client);
	await runner({
		dbClient: client,
		dir: path.join(__dirname, 'migrations'),
		direction: 'up',
		migrationsSchema: MIGRATIONS_SCHEMA,
		createMigrationsSchema: true,
		migrationsTable: MIGRATIONS_TABLE,
		noLock: true,
		logger: namesTo(log),
	});
}

/** Of all that the runner prints, whole migrations among it, only their names; its error says what matters. */
function namesTo(log: Log) {
	const nothing = (): undefined => undefined;
	return {
		debug: nothing,
		info: (line: string) => {
			const name = /^### MIGRATION (\S+) \(UP\) ###$/.exec(line)?.[1];
			if (name) log(`Applying ${name}`);
		},
		warn: nothing,
		error: nothing,
	};
}

async function refuseOldServer(client: pg.Client): Promise<void> {
	const { rows } = await client.query<{ number: number; text: string }>(
		"select current_setting('server_version_num')::int as number, current_setting('server_version') as text",
	);
	const server = rows[0];
	if (server && server.number < OLDEST_SERVER) {
		throw new Error(
			`The server is PostgreSQL ${server.text}, but 15 or newer is needed. Upgrade the server.`,
		);
	}
}

function refuseNewerDatabase(applied: readonly string[]): void {
	const unknown = unknownOf(applied);
	if (unknown.length === 0) return;
	throw new Error(
		`The database is newer than this package: it holds the migration ${unknown.join(', ')}, and this package ` +
			`knows schema version ${PACKAGE_VERSION}. Install a newer n8n-nodes-zixly; nothing was changed.`,
	);
}
