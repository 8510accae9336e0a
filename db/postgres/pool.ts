import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import pg from 'pg';

import { ExplainedError } from './explained-error';

/** How to connect to a database. `tls: 'require'` encrypts without checking the certificate. */
export interface DatabaseSettings {
	host: string;
	port: number;
	database: string;
	user: string;
	password: string;
	tls: 'disable' | 'require' | 'verify-full';
	/** PEM text of the certificate authority, for `verify-full`. */
	ca?: string;
	/** How many connections this process may hold at once. */
	maxConnections?: number;
}

const DEFAULT_MAX_CONNECTIONS = 5;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * Reads a URL such as `postgresql://user:password@host:5432/database?sslmode=verify-full`.
 * Without `sslmode` the server's certificate is checked, except for a server on this machine; `sslrootcert` is the path
 * of the certificate authority's file.
 * @throws Error when the URL cannot be parsed; the message never repeats it, since it contains the password
 */
export function settingsFromUrl(url: string): DatabaseSettings {
	const parsed = parseUrl(url);
	const host = parsed.hostname.replace(/^\[|\]$/g, '') || 'localhost';
	return {
		host,
		port: Number(parsed.port || 5432),
		database: decoded(parsed.pathname.slice(1)) || decoded(parsed.username),
		user: decoded(parsed.username),
		password: decoded(parsed.password),
		tls: readTlsMode(parsed.searchParams.get('sslmode'), host),
		ca: readAuthority(parsed.searchParams.get('sslrootcert')),
	};
}

function parseUrl(url: string): URL {
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	if (!parsed || !/^postgres(ql)?:$/.test(parsed.protocol) || !parsed.username) throw unreadableUrl();
	return parsed;
}

/** Only decoding finds an invalid percent sequence, as in a password that was not encoded. */
function decoded(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		throw unreadableUrl();
	}
}

function unreadableUrl(): Error {
	return new ExplainedError(
		'The database URL cannot be read.',
		'Write it as postgresql://user:password@host:5432/database and percent-encode special characters in the password (% as %25).',
	);
}

function readTlsMode(sslmode: string | null, host: string): DatabaseSettings['tls'] {
	switch (sslmode) {
		case null:
			return LOOPBACK.has(host) ? 'disable' : 'verify-full';
		case 'disable':
			return 'disable';
		case 'require':
			return 'require';
		case 'verify-full':
			return 'verify-full';
		default:
			throw new ExplainedError(`sslmode=${sslmode} is not known.`, 'Use disable, require or verify-full.');
	}
}

function readAuthority(file: string | null): string | undefined {
	if (!file) return undefined;
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw new Error(
			`The certificate file that sslrootcert names cannot be read: ${(error as Error).message}`,
			{ cause: error },
		);
	}
}

/** Warnings about a connection to another machine whose server is not authenticated; empty if TLS is verified. */
export function unverifiedTls({ tls, host }: Pick<DatabaseSettings, 'tls' | 'host'>): string[] {
	if (tls === 'verify-full' || LOOPBACK.has(host)) return [];
	const risk =
		tls === 'disable'
			? 'The connection is not encrypted: anyone on the network path can read the password and the data.'
			: "The server's certificate is not checked: anyone who can impersonate the server gets the password.";
	return [`${risk} Use TLS "Verify Full" (sslmode=verify-full) unless the network is trusted.`];
}

/** The settings in the form that `pg` takes. */
export function clientConfig(settings: DatabaseSettings): pg.ClientConfig {
	const { host, port, database, user, password } = settings;
	return {
		host,
		port,
		database,
		user,
		password,
		ssl: buildSslOptions(settings),
		application_name: 'zixly',
		connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
		keepAlive: true,
		// Detects a silently dropped connection within minutes instead of the operating system's two hours.
		keepAliveInitialDelayMillis: 10_000,
		types: { getTypeParser },
	};
}

function buildSslOptions({ tls, ca }: DatabaseSettings): pg.ClientConfig['ssl'] {
	if (tls === 'disable') return false;
	return tls === 'require'
		? { rejectUnauthorized: false }
		: { rejectUnauthorized: true, ca: ca || undefined };
}

/** Dates stay text, since they have no time zone: `pg` would parse them as midnight in this machine's zone. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
	oid === pg.types.builtins.DATE && format !== 'binary'
		? (value: string) => value
		: pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

const pools = new Map<string, pg.Pool>();

/**
 * The process's only pool for these settings. Idle connections close after ten seconds and keep no process alive. The
 * empty pool is kept: it costs nothing, and a second one would double the connections.
 */
export function getPool(settings: DatabaseSettings): pg.Pool {
	const key = createHash('sha256')
		.update(JSON.stringify(settings, Object.keys(settings).sort()))
		.digest('hex');
	const known = pools.get(key);
	if (known && !known.ending) return known;
	const pool = createPool(settings);
	pools.set(key, pool);
	return pool;
}

function createPool(settings: DatabaseSettings): pg.Pool {
	const pool = new pg.Pool({
		...clientConfig(settings),
		max: settings.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
		idleTimeoutMillis: IDLE_TIMEOUT_MS,
		allowExitOnIdle: true,
	});
	// Without a listener, a connection closed by the server would crash the process. The pool itself listens to idle
	// connections only. On one in use the next statement fails, and the error is handled there.
	pool.on('error', ignore);
	pool.on('connect', (client) => client.on('error', ignore));
	return pool;
}

const ignore = (): void => undefined;

/** Closes every pool of the process; the next `getPool` opens a new one. */
export async function closePools(): Promise<void> {
	const open = [...pools.values()];
	pools.clear();
	await Promise.all(open.map((pool) => pool.end()));
}
