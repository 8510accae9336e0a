import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { clientConfig, type DatabaseSettings } from '../postgres/pool';
import { getSqlstate } from '../postgres/sqlstate';

/** How a migration waits for other sessions. */
export interface LockWait {
	/** For a second, short-lived connection that finds the blocking sessions. */
	settings: DatabaseSettings;
	/** How long to keep trying, in milliseconds. */
	waitMs: number;
	log: (line: string) => void;
}

/** A session that blocks a migration. */
interface Session {
	pid: number;
	login: string | null;
	application: string | null;
	state: string | null;
}

const PAUSE_MS = 500;
const SESSION = 'a.pid, a.usename as login, a.application_name as application, a.state';

/**
 * Takes the migration lock for this session.
 * @throws Error that names the session holding it, if the lock was not free in time
 */
export async function takeMigrationLock(
	client: pg.ClientBase,
	id: number,
	{ waitMs, log }: LockWait,
): Promise<void> {
	const deadline = Date.now() + waitMs;
	for (let attempt = 1; !(await tryLock(client, id)); attempt++) {
		if (attempt === 1) log('Another migration is running; waiting for it to end.');
		if (Date.now() > deadline) throw inTheWay('Another migration is running', await listHolders(client, id));
		await sleep(PAUSE_MS);
	}
}

async function tryLock(client: pg.ClientBase, id: number): Promise<boolean> {
	const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [id]);
	return rows[0]!.taken;
}

async function listHolders(client: pg.ClientBase, id: number): Promise<Session[]> {
	const { rows } = await client.query<Session>(
		`select ${SESSION} from pg_locks l join pg_stat_activity a using (pid)
		where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
			and (l.classid::bigint << 32 | l.objid::bigint) = $1 and l.objsubid = 1`,
		[id],
	);
	return rows;
}

/**
 * Runs schema changes, all of them or none, and retries them while another session holds a lock that they need. Each
 * attempt waits only a second, since all sessions that queue behind it wait as well.
 * @throws Error that names the blocking sessions, if the lock was not free in time
 */
export async function changeSchema<T>(
	client: pg.ClientBase,
	wait: LockWait,
	change: () => Promise<T>,
): Promise<T> {
	const deadline = Date.now() + wait.waitMs;
	let watch: Watch | undefined;
	try {
		for (;;) {
			try {
				return await change();
			} catch (error) {
				if (getSqlstate(error) !== '55P03') throw error;
				if (Date.now() > deadline) throw inTheWay('Another session holds a lock', watch?.seen ?? []);
			}
			if (!watch) wait.log('Another session holds a lock that the migration needs; trying again.');
			watch ??= await Watch.of(client, wait.settings);
			await sleep(PAUSE_MS);
		}
	} finally {
		await watch?.end();
	}
}

/** Records which sessions block a session while it is blocked; afterwards that cannot be found out. */
class Watch {
	seen: Session[] = [];
	private ended = false;
	private watching: Promise<void> | undefined;

	private constructor(private readonly client: pg.Client) {}

	static async of(blocked: pg.ClientBase, settings: DatabaseSettings): Promise<Watch> {
		const { rows } = await blocked.query<{ pid: number }>('select pg_backend_pid() as pid');
		const client = new pg.Client(clientConfig(settings));
		client.on('error', () => undefined);
		await client.connect();
		const watch = new Watch(client);
		watch.watching = watch.look(rows[0]!.pid);
		return watch;
	}

	async end(): Promise<void> {
		this.ended = true;
		await this.watching;
		await this.client.end();
	}

	private async look(pid: number): Promise<void> {
		while (!this.ended) {
			const { rows } = await this.client.query<Session>(
				`select ${SESSION} from unnest(pg_blocking_pids($1)) as pid join pg_stat_activity a using (pid)`,
				[pid],
			);
			if (rows.length > 0) this.seen = rows;
			await sleep(100);
		}
	}
}

function inTheWay(what: string, sessions: readonly Session[]): Error {
	const named = sessions.map(
		({ pid, login, application, state }) =>
			`session ${pid} (${[login && `login "${login}"`, application, state].filter(Boolean).join(', ')})`,
	);
	const pids = sessions.map(({ pid }) => `select pg_terminate_backend(${pid});`).join(' ');
	return new ExplainedError(
		`${what}, and it did not end in time.`,
		`Nothing was changed. ${
			named.length > 0
				? `Blocked by ${named.join(', ')}. Wait for it to end, or end it (${pids}), then migrate again.`
				: 'Migrate again when the database is less busy.'
		}`,
	);
}
