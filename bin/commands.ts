import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';

import { closePools, getPool, unverifiedTls } from '../db/postgres/pool';
import { migrate } from '../db/schema/migrate';
import { createReader, revokeReader } from '../db/readers/logins';
import { schemaStatus } from '../db/schema/status';
import { runConnectionLink } from './connections-link';
import { explainDatabaseError } from './explain';
import { readDatabaseSettings, type Invocation, type Say } from './invocation';
import {
	runConnectionDisable,
	runConnectionDisconnect,
	runConnectionEnable,
	runConnectionList,
} from './connections';
import { runConnectionImport } from './import-connections';
import { runKeyGenerate, runKeyRotate } from './keys';
import {
	runTenantCreate,
	runTenantDelete,
	runTenantList,
	runTenantPause,
	runTenantResume,
	runTenantUpdate,
} from './tenants';

/** A text is printed as it is. */
type Command = (invocation: Invocation) => Promise<object | string>;

const USAGE = `Usage: zixly <command> [options]

  migrate                     bring the database to this package's schema; safe to repeat
  status                      show the database's schema version and problems with the login
  tenant create --name NAME   create a tenant and print its id    [--industry TEXT]
  tenant list                 list the tenants    [--search TEXT]
  tenant update               change a tenant    --tenant-id ID [--name NAME] [--industry TEXT]
  tenant pause                stop syncing a tenant; its data and tokens stay    --tenant-id ID
  tenant resume               sync a paused tenant again    --tenant-id ID
  tenant delete               delete a tenant with all its data, connections, tokens and readers; cannot be undone
                              --tenant-id ID --name NAME (the name as it is stored, as a safeguard)
  connection list             list the connections    [--provider KEY] [--tenant-id ID] [--needs-reconnect]
  connection enable           sync a connection again    --connection-id ID, or --tenant-id ID --provider KEY
  connection disable          stop syncing it; its data and tokens stay
  connection disconnect       delete its tokens and free its accounts; its data stays
  connection import           store tokens from elsewhere: one JSON object per line on standard input; the keys come from
                              ZIXLY_ACTIVE_KEY_ID, ZIXLY_ACTIVE_KEY and ZIXLY_RETIRED_KEYS
  connection link             create a link with which a tenant connects itself    --tenant-id ID --provider KEY
                              --base-url URL (n8n's public address) [--purpose connect|reconnect|manage]
                              [--hours N] [--replace]; with --all instead of --tenant-id, CSV with a link for every
                              tenant without a working connection
  reader create               create a login for a BI tool that sees one tenant, and print its password once
                              --tenant-id ID --login NAME
  reader revoke --login NAME  revoke such a login
  key generate                generate a key for the credential "Zixly Token Key API"
  key rotate                  encrypt every stored token with the active key; safe to stop and to repeat    [--dry-run]
                              The keys come from ZIXLY_ACTIVE_KEY_ID, ZIXLY_ACTIVE_KEY and ZIXLY_RETIRED_KEYS, or as
                              JSON from standard input: {"activeKeyId": …, "activeKey": …, "retiredKeys": "id:base64"}

Options:
  --database-url URL          postgresql://user:password@host:5432/database?sslmode=verify-full
                              (or set DATABASE_URL, which keeps the password out of the process list;
                              sslmode is disable, require or verify-full; default: verify-full, for localhost disable;
                              sslrootcert=FILE is the certificate authority's file for verify-full)
  --help                      show this text
  --version                   show the version of this package

Messages go to stderr, one line of JSON to stdout. The exit code is 0 only on success.`;

const COMMANDS: Record<string, Command> = {
	migrate: runMigrate,
	status: runStatus,
	'connection link': runConnectionLink,
	'tenant create': runTenantCreate,
	'tenant delete': runTenantDelete,
	'tenant list': runTenantList,
	'tenant pause': runTenantPause,
	'tenant resume': runTenantResume,
	'tenant update': runTenantUpdate,
	'reader create': runReaderCreate,
	'reader revoke': runReaderRevoke,
	'connection disable': runConnectionDisable,
	'connection disconnect': runConnectionDisconnect,
	'connection enable': runConnectionEnable,
	'connection import': runConnectionImport,
	'connection list': runConnectionList,
	'key generate': runKeyGenerate,
	'key rotate': runKeyRotate,
};

/**
 * Runs one command line, given without the names of node and the script. Messages for people go to `say`.
 * @returns the result for scripts, with `ok: false` if something remains to be done; undefined for help
 * @throws Error whose message says what went wrong and what to do
 */
export async function runCommand(
	args: string[],
	environment: NodeJS.ProcessEnv,
	say: Say,
	input: Readable = process.stdin,
): Promise<object | string | undefined> {
	const { values, positionals } = parse(args);
	if (values.help || positionals[0] === 'help') return void say(USAGE);
	if (values.version) return readVersion(say);
	const name = positionals.join(' ');
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (!command) {
		const asked =
			positionals.length > 0 ? `"${positionals.join(' ')}" is not a command.` : 'No command was given.';
		throw new Error(`${asked}\n\n${USAGE}`);
	}
	try {
		return await command({ flags: values, environment, input, say });
	} catch (error) {
		throw explainDatabaseError(error);
	} finally {
		await closePools();
	}
}

function parse(args: string[]) {
	try {
		return parseArgs({
			args,
			allowPositionals: true,
			options: {
				'database-url': { type: 'string' },
				name: { type: 'string' },
				industry: { type: 'string' },
				'tenant-id': { type: 'string' },
				all: { type: 'boolean' },
				'base-url': { type: 'string' },
				hours: { type: 'string' },
				purpose: { type: 'string' },
				replace: { type: 'boolean' },
				login: { type: 'string' },
				search: { type: 'string' },
				'dry-run': { type: 'boolean' },
				'connection-id': { type: 'string' },
				provider: { type: 'string' },
				'needs-reconnect': { type: 'boolean' },
				version: { type: 'boolean', short: 'v' },
				help: { type: 'boolean', short: 'h' },
			},
		});
	} catch (error) {
		throw new Error(`${(error as Error).message}\n\n${USAGE}`, { cause: error });
	}
}

function readVersion(say: Say): { version: string } {
	const { version } = JSON.parse(readFileSync(findPackageFile(), 'utf8')) as { version: string };
	say(`n8n-nodes-zixly ${version}`);
	return { version };
}

/** The package's own package.json: one folder up from the source, two from the built command. */
function findPackageFile(): string {
	const folders = [path.join(__dirname, '..'), path.join(__dirname, '..', '..')];
	return path.join(folders.find((folder) => existsSync(path.join(folder, 'package.json')))!, 'package.json');
}

async function runMigrate(invocation: Invocation): Promise<object> {
	const { say } = invocation;
	const result = await migrate(readDatabaseSettings(invocation), { log: say });
	say(
		result.applied.length === 0
			? `The schema was already up to date: version ${result.to}.`
			: `The schema is now at version ${result.to} (before: ${result.from ?? 'none'}).`,
	);
	for (const warning of result.warnings) say(`Note: ${warning}`);
	return result;
}

async function runStatus(invocation: Invocation): Promise<object> {
	const { say } = invocation;
	const settings = readDatabaseSettings(invocation);
	const status = await schemaStatus(getPool(settings));
	const version = status.version ? `version ${status.version}` : 'none of this package';
	const advice = status.upToDate ? 'It is up to date.' : 'It is not up to date: run zixly migrate.';
	say(`Schema: ${version}; this package has version ${status.packageVersion}. ${advice}`);
	const warnings = [...unverifiedTls(settings), ...status.warnings];
	for (const warning of [...status.unfit, ...warnings]) say(`Warning: ${warning}`);
	return { ...status, warnings };
}

async function runReaderCreate(invocation: Invocation): Promise<object> {
	const { 'tenant-id': tenantId, login } = invocation.flags;
	if (!tenantId || !login) {
		throw new Error('A reader needs a tenant and a login: zixly reader create --tenant-id ID --login NAME');
	}
	const reader = await createReader(getPool(readDatabaseSettings(invocation)), { tenantId, login });
	invocation.say(`Created the login ${login}, which sees this tenant only. Its password is shown only once.`);
	return reader;
}

async function runReaderRevoke(invocation: Invocation): Promise<object> {
	const { login } = invocation.flags;
	if (!login) throw new Error('Name the reader: zixly reader revoke --login NAME');
	const revoked = await revokeReader(getPool(readDatabaseSettings(invocation)), { login });
	invocation.say(`Dropped the login ${login} and ended its sessions.`);
	return revoked;
}
