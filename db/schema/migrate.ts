import path from 'node:path';

import pg from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { clientConfig, type DatabaseSettings } from '../postgres/pool';
import { applyFunctions } from './functions';
import { changeSchema, takeMigrationLock, type LockWait } from './locks';
import { warnOfPublicRights } from './public-rights';
import { prepareRoles } from './roles';
import {
	MIGRATIONS_SCHEMA,
	MIGRATIONS_TABLE,
	PACKAGE_VERSION,
	listPending,
	listUnknown,
	findVersion,
} from './versions';
import { findUnfitSettings } from '../postgres/server';
import { MIGRATION_SETTINGS } from '../postgres/session-settings';
import { appliedMigrations } from './status';
import { ensureEmbedding } from './vector';

export interface MigrateResult {
	/** The schema's version before, null for an empty database. */
	from: string | null;
	to: string;
	/** The migrations that were applied now; empty when the schema was up to date. */
	applied: string[];
	/** The functions of `db/functions` that were created or replaced now. */
	functions: string[];
	/** Whether `custom_metrics.embedding` exists: it needs the server's vector extension. */
	vector: 'present' | 'unavailable';
	warnings: string[];
}

export interface MigrateOptions {
	/** Receives each line of progress. */
	log?: (line: string) => void;
	/** How long to wait for sessions that hold a lock, in milliseconds; ten minutes by default. */
	lockWaitMs?: number;
}

type Log = (line: string) => void;

const LOCK_WAIT_MS = 600_000;

/**
 * Brings a database to this package's schema version. Safe to run at any time and concurrently: the others wait for the
 * first. Needs a direct connection, since the lock would not survive a transaction pooler.
 * @throws Error when the database cannot be used (`findUnfitSettings`) or is newer than the package, when the login may
 *   not create roles, or when another session holds a lock for too long
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
		const { log = () => undefined, lockWaitMs = LOCK_WAIT_MS } = options;
		return await migrateLocked(client, { settings, log, waitMs: lockWaitMs });
	} catch (error) {
		if (!lost) throw error;
		throw new ExplainedError(
			`The connection was lost during the migration: ${lost.message}.`,
			'Run it again.',
			{
				cause: error,
			},
		);
	} finally {
		// Ending the session releases the lock.
		await client.end();
	}
}

async function migrateLocked(client: pg.Client, wait: LockWait): Promise<MigrateResult> {
	await client.query(`select ${MIGRATION_SETTINGS}`);
	await assertFit(client);
	const { PG_MIGRATE_LOCK_ID } = await import('node-pg-migrate');
	// Taken here instead of by the runner, since the roles are prepared under the same lock.
	await takeMigrationLock(client, PG_MIGRATE_LOCK_ID, wait);
	const before = await appliedMigrations(client);
	assertNotNewer(before);
	const pending = listPending(before);
	if (pending.length > 0) await changeSchema(client, wait, async () => await apply(client, wait.log));
	const functions = await changeSchema(client, wait, async () => await applyFunctions(client));
	const vector = await changeSchema(client, wait, async () => await ensureEmbedding(client));
	return {
		from: findVersion(before),
		to: PACKAGE_VERSION,
		applied: pending,
		functions,
		vector: vector.state,
		warnings: [...vector.warnings, ...(await warnOfPublicRights(client))],
	};
}

async function apply(client: pg.Client, log: Log): Promise<void> {
	const { runner } = await import('node-pg-migrate');
	await prepareRoles(client);
	await runner({
		dbClient: client,
		dir: path.join(__dirname, '..', 'migrations'),
		direction: 'up',
		migrationsSchema: MIGRATIONS_SCHEMA,
		createMigrationsSchema: true,
		migrationsTable: MIGRATIONS_TABLE,
		noLock: true,
		logger: namesTo(log),
	});
}

/** Logs only the names of migrations. The runner prints whole migrations too, and its error says what matters. */
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

async function assertFit(client: pg.Client): Promise<void> {
	const unfitness = await findUnfitSettings(client);
	if (unfitness.length > 0) throw new Error(unfitness.join(' '));
}

function assertNotNewer(applied: readonly string[]): void {
	const unknown = listUnknown(applied);
	if (unknown.length === 0) return;
	throw new ExplainedError(
		`The database is newer than this package: it holds the migration ${unknown.join(', ')}, and this package knows schema version ${PACKAGE_VERSION}.`,
		'Install a newer n8n-nodes-zixly; nothing was changed.',
	);
}
