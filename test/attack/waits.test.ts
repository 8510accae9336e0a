import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';
import { afterEach, describe, it, jest } from '@jest/globals';

import { LOCK_TIMEOUT_MS } from '../../db/postgres/session-settings';
import { getPool } from '../../db/postgres/pool';
import { claimDue, renewLeases } from '../../db/runs/claim';
import { finishRuns } from '../../nodes/Integrations/sync/finish';
import { PostgresUpsert } from '../../nodes/PostgresUpsert/PostgresUpsert.node';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { useDatabase } from '../support/database/use-database';
import { financialsOf, loadTarget, month, type LoadTarget } from '../support/database/loading';
import { nodeContext } from '../support/n8n/node-context';
import { holder as runHolder } from '../support/database/run-holder';
import { setSystemDate } from '../support/engine/system-date';

const database = useDatabase();

/** What a foreign session, such as a psql that was left open, may hold of one tenant. */
const LOCKS: Array<[name: string, sql: (target: LoadTarget) => string]> = [
	[
		'the advisory key that anybody can compute',
		({ tenantId }) => `select pg_advisory_xact_lock(hashtext('etl.client_links'), hashtext('${tenantId}'))`,
	],
	['the row of its run', ({ syncRunId }) => `select from etl.sync_runs where id = '${syncRunId}' for update`],
	['its clients', ({ tenantId }) => `select from client_kpis where tenant_id = '${tenantId}' for update`],
	[
		'its connection',
		({ integrationId }) => `select from integrations where id = '${integrationId}' for update`,
	],
	['the tenant itself', ({ tenantId }) => `select from tenants where id = '${tenantId}' for update`],
];

const DAYS = [1, 2, 3, 4];

const envelope = ({ tenantId, integrationId, syncRunId }: LoadTarget) => ({
	...{ tenantId, integrationId, syncRunId, provider: 'xero' },
	...{ stream: 'monthlyFinancials', accountId: 'org-1' },
});

const itemsOf = (target: LoadTarget) => [
	...DAYS.map((day) => ({
		type: 'ROW',
		...envelope(target),
		...month(`2026-06-0${day}`, `${day}.00`, { recordId: `2026-06-0${day}` }),
	})),
	{ type: 'STATE', ...envelope(target), state: { at: '2026-06-04' }, hasMore: false, counts: {} },
];

const targets = async (name: string, count: number): Promise<LoadTarget[]> =>
	await Promise.all(
		Array.from({ length: count }, async (_, index) => await loadTarget(database, `${name} ${index}`)),
	);

async function held(sql: string): Promise<pg.Client> {
	const holder = new pg.Client({ connectionString: database.adminUrl });
	await holder.connect();
	await holder.query('begin');
	await holder.query(sql);
	return holder;
}

function load(items: object[], signal?: AbortSignal, settings = database.settings) {
	const parameters = { options: { chunkSize: 1 } };
	const context = nodeContext({ database: settings, items, parameters });
	context.getExecutionCancelSignal = () => signal;
	return new PostgresUpsert().execute.call(context);
}

/** Whether it comes true before the time is over. */
async function comesTrue(check: () => Promise<boolean>, ms: number): Promise<boolean> {
	const deadline = Date.now() + ms;
	while (Date.now() < deadline) {
		if (await check()) return true;
		await sleep(50);
	}
	return false;
}

describe('a lock that a foreign session holds on one tenant', () => {
	it('holds up no other tenant of the execution, and ends as a failure that is tried again', async () => {
		const attacks = await Promise.all(
			LOCKS.map(async ([name, sql], index): Promise<Attack> => {
				const mine = await loadTarget(database, `Locked ${index}`);
				const other = await loadTarget(database, `Free ${index}`);
				await mine.load([month('2026-01-01', '1.00')]);
				const holder = await held(sql(mine));
				// A pool of its own: each attack is an n8n of its own.
				const settings = { ...database.settings, maxConnections: 11 + index };
				const ending = load([...itemsOf(mine), ...itemsOf(other)], undefined, settings);
				const stored = async (target: LoadTarget) => (await financialsOf(database, target.tenantId)).length;
				const isFree = await comesTrue(
					async () => (await stored(other)) === DAYS.length,
					LOCK_TIMEOUT_MS - 1_000,
				);
				const [messages = []] = await ending;
				await holder.end();
				const failures = messages.flatMap(({ json }) => (json.type === 'FAILURE' ? [json.failure] : []));
				const ended = messages.map(({ json }) => `${json.type as string} ${json.tenantId as string}`);
				const isOwn = failures.every(
					(failure) => (failure as { class: string }).class === 'database_unavailable',
				);
				const isWell = isFree && isOwn && ended.includes(`STATE ${other.tenantId}`);
				return { name, gained: isWell ? undefined : { isFree, failures, ended } };
			}),
		);
		expectRepelled('locks against other tenants', attacks);
	});

	it('does not keep a cancelled execution from ending', async () => {
		const attacks = await Promise.all(
			LOCKS.slice(1).map(async ([name, sql], index): Promise<Attack> => {
				const mine = await loadTarget(database, `Cancelled ${index}`);
				await mine.load([month('2026-01-01', '1.00')]);
				const holder = await held(sql(mine));
				const controller = new AbortController();
				const items = itemsOf(mine).map((item) => ({
					...item,
					client: { externalId: 'org-1', clientName: 'Other' },
				}));
				const ending = load(items, controller.signal).then(
					() => true,
					() => true,
				);
				await sleep(500);
				controller.abort();
				const hasEnded = await Promise.race([ending, sleep(LOCK_TIMEOUT_MS - 3_000, false)]);
				await holder.end();
				await ending;
				return { name, gained: hasEnded ? undefined : 'it waited on' };
			}),
		);
		expectRepelled('locks against a cancellation', attacks);
	});

	it('leaves connections of the pool to others, however many executions wait for it', async () => {
		const settings = { ...database.settings, maxConnections: 5 };
		const [mine, other] = [await loadTarget(database, 'Hung'), await loadTarget(database, 'Well')];
		await mine.load([month('2026-01-01', '1.00')]);
		await database.admin.query(
			"update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null where id = $1",
			[other.syncRunId],
		);
		const holder = await held(LOCKS[1]![1](mine));
		const hung = Array.from({ length: 5 }, () => load(itemsOf(mine), undefined, settings));
		await sleep(500);
		const claiming = claimDue(getPool(settings), {
			...{
				provider: 'xero',
				limit: 500,
				syncEveryHours: 6,
				holder: runHolder('e'),
				authentication: 'stored',
			},
			integrationId: other.integrationId,
			runNow: true,
		} as const);
		const claimed = await Promise.race([claiming, sleep(LOCK_TIMEOUT_MS - 3_000, undefined)]);
		await holder.end();
		await Promise.all(hung);
		expectRepelled('locks against the pool', [
			{ name: 'five executions that wait', gained: claimed?.length === 1 ? undefined : claimed },
		]);
	});

	it('locks on five tenants leave a pool of five or more to the tenants that are free', async () => {
		const attacks = await Promise.all(
			LOCKS.slice(1).map(async ([name, sql], index): Promise<Attack> => {
				// A pool of its own: each attack is an n8n of its own.
				const own = { ...database.settings, maxConnections: 5 + index };
				const locked = await targets('Locked', 5);
				for (const target of locked) await target.load([month('2026-01-01', '1.00')]);
				const free = await targets('Free', 2);
				const holders = await Promise.all(locked.map(async (target) => await held(sql(target))));
				const newClients = (items: ReturnType<typeof itemsOf>) =>
					items.map((item) => ({ ...item, client: { externalId: 'org-1', clientName: 'Other' } }));
				const hung = locked.map((target) => load(newClients(itemsOf(target)), undefined, own));
				await sleep(300);
				const ending = load(free.flatMap(itemsOf), undefined, own);
				const areStored = await comesTrue(async () => {
					const stored = await Promise.all(free.map(({ tenantId }) => financialsOf(database, tenantId)));
					return stored.every((rows) => rows.length === DAYS.length);
					// A locked chunk gives up its place after two such waits; a busy machine takes seconds for the free ones.
				}, 1.6 * LOCK_TIMEOUT_MS);
				await Promise.all(holders.map((holder) => holder.end()));
				await Promise.all([...hung, ending]);
				return { name, gained: areStored ? undefined : 'the free ones waited' };
			}),
		);
		expectRepelled('locks of many tenants against the pool', attacks);
	});

	it('locks on five runs do not keep Finish from closing others, and are reported at the end', async () => {
		const settings = { ...database.settings, maxConnections: 5 };
		const [locked, free] = [await targets('Locked', 5), await targets('Free', 3)];
		const holders = await Promise.all(locked.map(async (target) => await held(LOCKS[1]![1](target))));
		const items = [...locked, ...free].map((target) => itemsOf(target).at(-1)!);
		const ending = finishRuns(nodeContext({ database: settings, items })).then(
			() => undefined,
			(error: Error) => error,
		);
		const ids = free.map(({ syncRunId }) => syncRunId);
		const areClosed = await comesTrue(async () => {
			const { rows } = await database.admin.query(
				"select from etl.sync_runs where id = any ($1) and status = 'succeeded'",
				[ids],
			);
			return rows.length === free.length;
		}, LOCK_TIMEOUT_MS - 1_000);
		const error = await ending;
		await Promise.all(holders.map((holder) => holder.end()));
		const isTold = error?.message.includes('held a lock') ?? false;
		expectRepelled('locks against Finish', [
			{ name: 'five runs', gained: areClosed && isTold ? undefined : { areClosed, error: error?.message } },
		]);
	});

	it('keeps no lease from being renewed but that of the locked run, which is not lost', async () => {
		const [mine, other] = [await loadTarget(database, 'Held'), await loadTarget(database, 'Renewed')];
		await database.admin.query(
			"update etl.sync_runs set lease_until = now() + interval '1 minute' where id = any ($1)",
			[[mine.syncRunId, other.syncRunId]],
		);
		const holder = await held(LOCKS[1]![1](mine));
		const running = renewLeases(database.pool, [mine.syncRunId, other.syncRunId]);
		const kept = await Promise.race([running, sleep(LOCK_TIMEOUT_MS - 3_000, new Set())]);
		const { rows } = await database.admin.query<{ id: string }>(
			"select id from etl.sync_runs where id = any ($1) and lease_until > now() + interval '10 minutes'",
			[[mine.syncRunId, other.syncRunId]],
		);
		await holder.end();
		await running;
		const isWell = kept.size === 2 && rows.length === 1 && rows[0]!.id === other.syncRunId;
		expectRepelled('locks against leases', [
			{ name: 'the row of a run', gained: isWell ? undefined : { kept: [...kept], rows } },
		]);
	});
});

describe('a clock of n8n that is hours off', () => {
	afterEach(() => void jest.useRealTimers());

	it('brings no run forward and puts none off', async () => {
		const attacks: Attack[] = [];
		for (const hours of [-3, 0, 3]) {
			const [more, limited] = [await loadTarget(database, 'More'), await loadTarget(database, 'Limited')];
			setSystemDate(Date.now() + hours * 3_600_000);
			const retryAt = new Date(Date.now() + 3_600_000).toISOString();
			const failure = { class: 'rate_limited', message: 'Made up.', retryAt };
			const items = [
				{ type: 'STATE', ...envelope(more), state: { at: 'x' }, hasMore: true, counts: {} },
				{ type: 'FAILURE', ...envelope(limited), failure },
			];
			await finishRuns(nodeContext({ database: database.settings, items }));
			jest.useRealTimers();
			const { rows } = await database.admin.query<{ minutes: number }>(
				`select round(extract(epoch from retry_at - finished_at) / 60)::int as minutes from etl.sync_runs
				where id = any ($1) order by retry_at`,
				[[more.syncRunId, limited.syncRunId]],
			);
			const minutes = rows.map((row) => row.minutes);
			const isWell = minutes[0] === 0 && minutes[1]! >= 58 && minutes[1]! <= 62;
			attacks.push({ name: `${hours} hours`, gained: isWell ? undefined : minutes });
		}
		expectRepelled('clocks against retry_at', attacks);
	});
});
