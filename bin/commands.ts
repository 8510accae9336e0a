import { parseArgs } from 'node:util';

import {
	closePools,
	getPool,
	settingsFromUrl,
	unverifiedTls,
	type DatabaseSettings,
} from '../db/postgres/pool';
import { generateKey } from '../db/vault/key-ring';
import { migrate } from '../db/schema/migrate';
import { createReader, revokeReader } from '../db/readers/logins';
import { schemaStatus } from '../db/schema/status';
import { createTenant } from '../db/integrations/tenants';
import { explainDatabaseError } from './explain';

/** Receives progress and results for people, line by line. */
export type Say = (line: string) => void;

interface Flags {
	'database-url'?: string;
	name?: string;
	industry?: string;
	'tenant-id'?: string;
	login?: string;
}

interface Invocation {
	flags: Flags;
	environment: NodeJS.ProcessEnv;
	say: Say;
}

type Command = (invocation: Invocation) => Promise<object>;

const USAGE = `Usage: zixly <command> [options]

  migrate                     bring the database to this package's schema; safe to repeat
  status                      show the database's schema version and problems with the login
  tenant create --name NAME   create a tenant and print its id    [--industry TEXT]
  reader create               create a login for a BI tool that sees one tenant, and print its password once
                              --tenant-id ID --login NAME
  reader revoke --login NAME  revoke such a login
  key generate                generate a key for the credential "Zixly Token Key API"

Options:
  --database-url URL          postgresql://user:password@host:5432/database?sslmode=verify-full
                              (or set DATABASE_URL, which keeps the password out of the process list;
                              sslmode is disable, require or verify-full; default: verify-full, for localhost disable;
                              sslrootcert=FILE is the certificate authority's file for verify-full)
  --help                      show this text

Messages go to stderr, one line of JSON to stdout. The exit code is 0 only on success.`;

const COMMANDS: Record<string, Command> = {
	migrate: runMigrate,
	status: runStatus,
	'tenant create': runTenantCreate,
	'reader create': runReaderCreate,
	'reader revoke': runReaderRevoke,
	'key generate': runKeyGenerate,
};

/**
 * Runs one command line, given without the names of node and the script. Messages for people go to `say`.
 * @returns the result for scripts; undefined for help
 * @throws Error whose message says what went wrong and what to do
 */
export async function runCommand(
	args: string[],
	environment: NodeJS.ProcessEnv,
	say: Say,
): Promise<object | undefined> {
	const { values, positionals } = parse(args);
	if (values.help || positionals[0] === 'help') return void say(USAGE);
	const name = positionals.join(' ');
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (!command) {
		const asked =
			positionals.length > 0 ? `"${positionals.join(' ')}" is not a command.` : 'No command was given.';
		throw new Error(`${asked}\n\n${USAGE}`);
	}
	try {
		return await command({ flags: values, environment, say });
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
				login: { type: 'string' },
				help: { type: 'boolean', short: 'h' },
			},
		});
	} catch (error) {
		throw new Error(`${(error as Error).message}\n\n${USAGE}`, { cause: error });
	}
}

function readDatabaseSettings({ flags, environment }: Invocation): DatabaseSettings {
	const url = flags['database-url'] || environment.DATABASE_URL;
	if (!url) throw new Error('No database was given. Use --database-url or set DATABASE_URL.');
	return settingsFromUrl(url);
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

async function runTenantCreate(invocation: Invocation): Promise<object> {
	const { name, industry } = invocation.flags;
	if (!name) throw new Error('A tenant needs a name: zixly tenant create --name "Harbour Coffee"');
	const tenant = await createTenant(getPool(readDatabaseSettings(invocation)), { name, industry });
	invocation.say(`Created the tenant ${tenant.name} with id ${tenant.id}.`);
	return { id: tenant.id, name: tenant.name };
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

async function runKeyGenerate({ say }: Invocation): Promise<object> {
	say('Enter both in the credential "Zixly Token Key API": id as Active Key ID, key as Active Key.');
	say('Keep a copy in a safe place: without the key no stored token can be read again.');
	return generateKey();
}
