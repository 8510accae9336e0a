import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { clientConfig, type DatabaseSettings } from '../postgres/pool';
import { getSqlstate } from '../postgres/sqlstate';

/** What a migration that waits for others needs. */
export interface LockWait {
	/** For a second, short connection that looks who is in the way. */
	settings: DatabaseSettings;
	/** How long it is tried, in milliseconds. */
	waitMs: number;
	log: (line: string) => void;
}

/** A session that holds what a migration needs. */
interface Session {
	pid: number;
	login: string | null;
	application: string | null;
	state: string | null;
}

const PAUSE_MS = 500;
const SESSION = 'a.pid, a.usename as login, a.application_name as application, a.state';

/**
 * Takes the lock of the migrations for this session.
 * @throws Error that names the session that holds it, where it could not be had in time
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
 * Runs changes of the schema, all of them or none, and again where another session holds a lock that they need: they
 * wait for it a second at a time, since whoever comes after them waits as well.
 * @throws Error that names the sessions in the way, where the lock could not be had in time
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

/** Looks who blocks a session, as long as it is blocked: afterwards nobody can tell. */
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
	return new Error(
		`${what}, and it was waited for in vain. Nothing was changed. ` +
			(named.length > 0
				? `In the way: ${named.join(', ')}. Wait for it to end, or end it (${pids}), then migrate again.`
				: 'Migrate again when the database is less busy.'),
	);
}
