import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { bookedRuns, businessRows } from '../support/database/stored';
import type { TestDatabase } from '../support/database/database';
import { KillableSync } from '../support/engine/killable';
import { Pause, type PausePoint } from '../support/engine/pause';
import type { Scenario } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

/** Brings a sync to the place where it is to be killed; false when it ended before. */
type Place = (sync: KillableSync, scenario: Scenario) => Promise<boolean>;

const afterRequests =
	(count: number): Place =>
	async (sync, { sandbox, credentials }) => {
		const before = sandbox.xero.requests.length;
		await sync.begin({ credentials });
		while (sandbox.xero.requests.length < before + count && !sync.isOver()) await wait(2);
		return !sync.isOver();
	};

const inTransaction =
	(point: PausePoint): Place =>
	async (sync, { warehouse, credentials }) => {
		const pause = await Pause.at(warehouse.admin, point);
		try {
			await sync.begin({ credentials });
			const reached = await pause.reached(() => sync.isOver());
			await sync.kill();
			return reached;
		} finally {
			await pause.end();
		}
	};

const beforeNode =
	(waitBefore: string): Place =>
	async (sync, { credentials }) => {
		await sync.begin({ credentials, waitBefore });
		await sync.hear('waiting');
		return true;
	};

/** The rows of one organisation and month. */
const row = (externalIdLike: string): PausePoint => ({
	table: 'financials',
	event: 'insert',
	condition: `new.external_id like '${externalIdLike}'`,
});

const CLOSING: PausePoint = {
	table: 'etl.sync_runs',
	event: 'update',
	condition: `new.status <> 'running' and old.status = 'running'`,
};

const STATE: PausePoint = { table: 'etl.stream_states', event: 'insert', condition: 'true' };

const PLACES: Array<[name: string, place: (scenario: Scenario) => Place]> = [
	...[1, 3, 6, 10, 15, 21, 28, 36, 45].map((count): [string, () => Place] => [
		`in Extract after ${count} requests`,
		() => afterRequests(count),
	]),
	['before Transform', () => beforeNode('Transform & Normalize')],
	['before Upsert', () => beforeNode('Postgres Upsert')],
	...[0, 1].flatMap(
		(tenant): Array<[string, (scenario: Scenario) => Place]> => [
			[
				`in tenant ${tenant + 1}'s chunk, first organisation`,
				(s) => inTransaction(row(idLike(s, tenant, 0))),
			],
			[
				`in tenant ${tenant + 1}'s chunk, second organisation`,
				(s) => inTransaction(row(idLike(s, tenant, 1))),
			],
		],
	),
	['in a chunk between rows and state', () => inTransaction(STATE)],
	['after all chunks, before Finish', () => beforeNode('Finish')],
	['in Finish, first run', () => inTransaction(CLOSING)],
	['in Finish, second run', (s) => inTransaction({ ...CLOSING, condition: secondRun(s) })],
	['after a first good sync, in Extract', () => afterRequests(5)],
	['after a first good sync, before Finish', () => beforeNode('Finish')],
];

function idLike({ sandbox, tenants }: Scenario, tenant: number, organisation: number): string {
	const consent = tenants[tenant]?.consent ?? '';
	return `pnl:${sandbox.xero.organisations(consent)[organisation]?.id}:%`;
}

function secondRun({ tenants }: Scenario): string {
	return `${CLOSING.condition} and new.tenant_id = '${tenants[1]?.id}'`;
}

describe('a sync that is killed', () => {
	let stage: SyncStage;
	let golden: string[];
	/** Processes that are warm: each reads with call limits of its own, so no round waits for another's minute. */
	const spare: KillableSync[] = [];

	beforeAll(async () => {
		spare.push(KillableSync.start(), KillableSync.start());
		stage = await syncStage('kills');
		await stage.scenario.connect('Harbour Group', 'harbour');
		await stage.scenario.connect('Southern Group', 'southern');
		await stage.sync();
		golden = await businessRows(stage.database.admin);
		expect(golden.length).toBeGreaterThan(52);
	});

	afterAll(async () => {
		await Promise.all(spare.map((sync) => sync.kill()));
		await stage?.close();
	});

	/** A process for this round; the next one starts while it works. */
	async function warm(): Promise<KillableSync> {
		const sync = spare.shift() ?? KillableSync.start();
		spare.push(KillableSync.start());
		await sync.hear('ready');
		return sync;
	}

	it.each(PLACES)('%s ends in the same tables after the next run', async (name, placeOf) => {
		if (!name.startsWith('after a first good sync')) await startOver(stage.database);
		const sync = await warm();
		expect(await placeOf(stage.scenario)(sync, stage.scenario)).toBe(true);
		await sync.kill();
		const open = (await bookedRuns(stage.database.admin)).filter(({ status }) => status === 'running').length;

		expect(await statesAheadOfData(stage.database)).toEqual([]);

		const blocked = await stage.sync();
		expect(blocked.error).toBeUndefined();
		expect(blocked.items('Claim Due')).toHaveLength(2 - open);

		await endLeases(stage.database);
		const rescue = await warm();
		await rescue.begin({ credentials: stage.scenario.credentials });
		expect(await rescue.hear('done')).toMatchObject({ news: 'done', status: 'success' });
		await rescue.kill();
		expect(await businessRows(stage.database.admin)).toEqual(golden);
		const statuses = (await bookedRuns(stage.database.admin)).map(({ status }) => status);
		expect(statuses.filter((status) => status === 'running')).toEqual([]);
		expect(statuses.filter((status) => status === 'abandoned').length).toBeGreaterThanOrEqual(open);
	});
});

/** Before the first sync: no data, no state, no run. */
async function startOver({ admin }: TestDatabase): Promise<void> {
	await admin.query(
		'truncate client_kpis, etl.sync_runs, etl.stream_states, etl.rejected_records, etl.accounts cascade',
	);
	await admin.query('update integrations set last_sync_at = null');
}

/** Accounts whose state says that 13 months were read, and that have fewer rows. */
async function statesAheadOfData({ admin }: TestDatabase): Promise<unknown[]> {
	const { rows } = await admin.query(`
		select s.account_id, count(f.id) from etl.stream_states s
		left join financials f on f.external_id like 'pnl:' || s.account_id || ':%'
		group by s.account_id having count(f.id) < 13`);
	return rows;
}

/** As if the quarter of an hour had passed that a lease lasts. */
async function endLeases({ admin }: TestDatabase): Promise<void> {
	const { rows } = await admin.query<{ longest: number }>(
		`select coalesce(max(extract(epoch from lease_until - now())), 0)::float8 as longest
		from etl.sync_runs where status = 'running'`,
	);
	expect(rows[0]?.longest).toBeLessThanOrEqual(15 * 60);
	await admin.query(
		`update etl.sync_runs set lease_until = now() - interval '1 second' where status = 'running'`,
	);
}
