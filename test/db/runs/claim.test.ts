import type { Pool } from 'pg';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { getPool } from '../../../db/postgres/pool';
import { createIntegration, listIntegrations } from '../../../db/integrations/integrations';
import {
	claimDue,
	releaseRuns,
	renewLeases,
	type ClaimedRun,
	type ClaimOptions,
} from '../../../db/runs/claim';
import { listRuns, runsOfExecution } from '../../../db/runs/list';
import { finishRun, type RunEnd } from '../../../db/runs/finish';
import { createTenant } from '../../../db/integrations/tenants';
import { cuttingProxy } from '../../support/http/cutting-proxy';
import { useDatabase } from '../../support/database/use-database';
import { holder } from '../../support/database/run-holder';
import { openRun } from '../../../db/runs/open';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

async function claim(options: Partial<ClaimOptions> = {}): Promise<ClaimedRun[]> {
	return await claimDue(database.pool, {
		provider: 'xero',
		limit: 50,
		syncEveryHours: 6,
		holder: holder('execution-1'),
		authentication: 'n8n',
		runNow: false,
		...options,
	});
}

async function connect(name: string): Promise<{ tenantId: string; integrationId: string }> {
	const { id: tenantId } = await createTenant(database.pool, { name });
	const given = { tenantId, provider: 'xero', authentication: 'n8n', metadata: { historyStart: '2026-01' } };
	const { integrationId } = await createIntegration(database.pool, { ...given, authentication: 'n8n' });
	return { tenantId, integrationId };
}

async function claimOne(name = 'Harbour'): Promise<ClaimedRun> {
	const { integrationId } = await connect(name);
	const [run] = await claim({ integrationId });
	return run!;
}

async function finish(run: Pick<ClaimedRun, 'tenantId' | 'syncRunId'>, end: Partial<RunEnd> = {}) {
	const { tenantId, syncRunId } = run;
	return await finishRun(database.pool, { tenantId, syncRunId, status: 'succeeded', ...end });
}

const inMinutes = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
const integrationOf = async ({ integrationId }: { integrationId: string }) =>
	(await listIntegrations(database.pool, {})).find((one) => one.integrationId === integrationId)!;
const runsLeft = async (): Promise<number> => (await listRuns(database.pool, {})).length;
const runOf = async ({ syncRunId }: { syncRunId: string }) =>
	(await listRuns(database.pool, {})).find(({ id }) => id === syncRunId)!;

async function endLease({ syncRunId }: ClaimedRun): Promise<void> {
	await database.admin.query(
		"update etl.sync_runs set lease_until = now() - interval '1 second' where id = $1",
		[syncRunId],
	);
}

describe('a claimed run', () => {
	it('says whose it is, and holds a lease of a quarter of an hour', async () => {
		const connection = await connect('Harbour');
		const [run] = await claim();
		expect(run).toEqual({
			...connection,
			tenantName: 'Harbour',
			provider: 'xero',
			syncRunId: expect.stringMatching(/^c[a-z0-9]{20,}$/),
			metadata: { authentication: 'n8n', historyStart: '2026-01' },
			lastSyncAt: null,
			leaseUntil: expect.any(String),
		});
		const leaseMinutes = (Date.parse(run!.leaseUntil) - Date.now()) / 60_000;
		expect(leaseMinutes).toBeGreaterThan(14);
		expect(leaseMinutes).toBeLessThan(15.1);
	});

	it('is one claimer’s alone, also when both want it now', async () => {
		await connect('Harbour');
		const shares = await Promise.all([
			claim({ runNow: true }),
			claim({ runNow: true }),
			claim({ runNow: true }),
		]);
		expect(shares.map((share) => share.length).sort()).toEqual([0, 0, 1]);
		expect(await claim({ runNow: true })).toEqual([]);
	});

	it('is renewed while it runs, and missing from the answer when it was taken over or finished', async () => {
		const [first, second, third] = [await claimOne('A'), await claimOne('B'), await claimOne('C')];
		await endLease(second);
		const [taken] = await claim({ integrationId: second.integrationId, holder: holder('execution-2') });
		await finish(third);
		const all = [first, second, third, taken!].map(({ syncRunId }) => syncRunId);
		expect(await renewLeases(database.pool, all)).toEqual(new Set([first.syncRunId, taken!.syncRunId]));
		expect(await renewLeases(database.pool, [])).toEqual(new Set());
	});

	it('waits no longer than a moment for its hour: after the interval, and at its time to try again', async () => {
		const run = await claimOne();
		await finish(run);
		expect(await claim()).toEqual([]);
		expect(await claim({ syncEveryHours: 0 })).toHaveLength(1);
		const [open] = await runsOfExecution(database.pool, 'execution-1');
		await finish({ ...run, syncRunId: open!.syncRunId }, { retryAt: inMinutes(-1) });
		expect(await claim()).toHaveLength(1);
	});
});

describe('200 connections that are due at once', () => {
	const TENANTS = 200;
	const LIMIT = 50;
	const FAIR_SHARE = TENANTS / LIMIT;

	async function connectAll(): Promise<void> {
		await database.admin.query(
			`with made as (insert into tenants (id, name) select 't' || n, 'T' || n from generate_series(1, $1) n returning id)
			insert into integrations (id, tenant_id, provider, status) select 'i-' || id, id, 'xero', 'ACTIVE' from made`,
			[TENANTS],
		);
	}

	/** One execution: claims its share and finishes it. */
	async function round(end: (run: ClaimedRun) => Partial<RunEnd>): Promise<string[]> {
		const runs = await claim({ authentication: 'stored', limit: LIMIT });
		await Promise.all(runs.map(async (run) => await finish(run, end(run))));
		return runs.map(({ tenantId }) => tenantId);
	}

	it('are each read once before the first is due again', async () => {
		await connectAll();
		const seen: string[] = [];
		for (let turn = 0; turn < FAIR_SHARE; turn++) seen.push(...(await round(() => ({}))));
		expect(new Set(seen).size).toBe(TENANTS);
		expect(await round(() => ({}))).toEqual([]);
	});

	it('are each read within twice their fair share, however many always have more to read', async () => {
		await connectAll();
		const busy = new Set(Array.from({ length: 90 }, (_, index) => `t${index + 1}`));
		const end = ({ tenantId }: ClaimedRun) => (busy.has(tenantId) ? { retryAt: inMinutes(-0.01) } : {});
		const lastSeen = new Map<string, number>();
		let longest = 0;
		for (let turn = 1; turn <= 4 * FAIR_SHARE; turn++) {
			for (const tenant of await round(end)) {
				longest = Math.max(longest, turn - (lastSeen.get(tenant) ?? 0));
				lastSeen.set(tenant, turn);
			}
		}
		expect(lastSeen.size).toBe(TENANTS);
		expect(longest).toBeLessThanOrEqual(2 * FAIR_SHARE);
	});
});

describe('a run whose process ended', () => {
	it('is abandoned by the next claim, which reads its connection at once', async () => {
		const lost = await claimOne();
		expect(await claim()).toEqual([]);
		await endLease(lost);
		const [next] = await claim({ holder: holder('execution-2') });
		expect(next).toMatchObject({ integrationId: lost.integrationId });
		expect(await runOf(lost)).toMatchObject({
			status: 'abandoned',
			leaseUntil: null,
			finishedAt: expect.any(String),
			error: { class: 'lease_ended' },
		});
	});

	it('can no longer be finished by who held it, and the new run is untouched', async () => {
		const lost = await claimOne();
		await endLease(lost);
		const [next] = await claim({ holder: holder('execution-2') });
		const late = await finish(lost, { warnings: ['late'], requiresAction: true, status: 'failed' });
		expect(late).toMatchObject({ closed: false, status: 'abandoned', warnings: [] });
		expect(await runOf(next!)).toMatchObject({ status: 'running' });
		expect(await integrationOf(lost)).toMatchObject({ status: 'ACTIVE', lastSyncAt: null });
	});
});

describe('finishing a run', () => {
	it('a successful run dates its connection and ends the lease', async () => {
		const run = await claimOne();
		const { tenantId, integrationId, syncRunId, provider } = run;
		const finished = await finish(run);
		expect(finished).toEqual({
			...{ tenantId, integrationId, syncRunId, provider },
			status: 'succeeded',
			closed: true,
			startedAt: expect.stringMatching(/Z$/),
			finishedAt: expect.stringMatching(/Z$/),
			durationMs: expect.any(Number),
			retryAt: null,
			counts: {},
			warnings: [],
			error: null,
		});
		expect((await runOf(run)).leaseUntil).toBeNull();
		expect((await integrationOf(run)).lastSyncAt).toBe(finished.finishedAt);
	});

	it.each(['partial', 'failed'] as const)(
		'leaves the date of a %s run’s connection, and says when to come back',
		async (status) => {
			const run = await claimOne();
			const error = { class: 'rate_limited', message: 'The day is used up.', stream: 'monthlyFinancials' };
			const retryAt = inMinutes(30);
			expect(await finish(run, { status, error, retryAt })).toMatchObject({ status, error, retryAt });
			expect(await integrationOf(run)).toMatchObject({ status: 'ACTIVE', lastSyncAt: null, retryAt });
			expect(await claim()).toEqual([]);
			expect(await claim({ runNow: true })).toHaveLength(1);
		},
	);

	it.each([
		['failed', 'ACTIVE', 'ERROR'],
		['partial', 'ACTIVE', 'ERROR'],
		['failed', 'DISABLED', 'DISABLED'],
	] as const)('turns, after a %s run that requires action, %s into %s', async (status, before, after) => {
		const run = await claimOne();
		await database.admin.query('update integrations set status = $1', [before]);
		await finish(run, { status, requiresAction: true });
		expect(await integrationOf(run)).toMatchObject({ status: after });
		expect(await claim({ runNow: true })).toEqual([]);
	});

	it('keeps the counts that the chunks stored, with the warnings apart', async () => {
		const run = await claimOne();
		const counts = { monthlyFinancials: { records: { extracted: 13 }, rows: { produced: 13 } } };
		await database.admin.query('update etl.sync_runs set counts = $1', [counts]);
		expect(await finish(run, { warnings: ['one', 'two'] })).toMatchObject({
			counts,
			warnings: ['one', 'two'],
		});
		const listed = await runOf(run);
		expect([listed.counts, listed.warnings]).toEqual([counts, ['one', 'two']]);
	});

	it('a second time changes nothing', async () => {
		const run = await claimOne();
		const first = await finish(run, { retryAt: inMinutes(-1) });
		const again = await finish(run, {
			status: 'failed',
			requiresAction: true,
			error: { class: 'x', message: 'y' },
		});
		expect(again).toEqual({ ...first, closed: false });
		expect(await integrationOf(run)).toMatchObject({ status: 'ACTIVE', lastSyncAt: first.finishedAt });
	});

	it('reports a run that belongs to another tenant or does not exist', async () => {
		const [run, other] = [await claimOne('Harbour'), await claimOne('Southern')];
		const unknown = /no sync run .* of this tenant/;
		await expect(finish({ ...run, tenantId: other.tenantId })).rejects.toThrow(unknown);
		await expect(finish({ ...run, syncRunId: 'never' })).rejects.toThrow(unknown);
		expect(await runOf(run)).toMatchObject({ status: 'running' });
	});
});

describe('a commit whose answer is lost', () => {
	/** Runs `work` over a connection that breaks once, after a commit and before its answer. */
	async function withLostAnswer<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
		const proxy = await cuttingProxy(database.settings.port, 'commit');
		const pool = getPool({ ...database.settings, port: proxy.port });
		const result = await work(pool);
		expect(proxy.cuts).toBe(1);
		await pool.end();
		await proxy.close();
		return result;
	}

	it('closes the run once, and says so', async () => {
		const { tenantId, syncRunId, ...run } = await claimOne();
		const end = { tenantId, syncRunId, status: 'succeeded' } as const;
		const finished = await withLostAnswer(async (pool) => await finishRun(pool, end));
		expect(finished).toMatchObject({ closed: true, status: 'succeeded' });
		expect((await integrationOf(run)).lastSyncAt).toBe(finished.finishedAt);
	});

	it('a claim can be found by its execution, and no second run is opened', async () => {
		const { integrationId } = await connect('Harbour');
		const options = { provider: 'xero', limit: 5, syncEveryHours: 6, holder: holder('execution-9') };
		const claimed = await withLostAnswer(
			async (pool) => await claimDue(pool, { ...options, authentication: 'n8n', runNow: true }),
		);
		expect(claimed).toEqual([]);
		expect(await runsOfExecution(database.pool, 'execution-9')).toMatchObject([{ integrationId }]);
	});
});

describe('a run of no connection', () => {
	it('is opened, found by its execution, and finished', async () => {
		const { id: tenantId } = await createTenant(database.pool, { name: 'Uploader' });
		const open = async () =>
			await openRun(database.pool, { tenantId, provider: 'manual' }, holder('execution-7'));
		const [first, second] = [await open(), await open()];
		const found = await runsOfExecution(database.pool, 'execution-7');
		expect(found.map(({ syncRunId }) => syncRunId).sort()).toEqual([first, second].sort());
		expect(found[0]).toMatchObject({ tenantId, integrationId: null, provider: 'manual' });
		expect(await finish({ tenantId, syncRunId: first })).toMatchObject({ closed: true, integrationId: null });
		expect(await runsOfExecution(database.pool, 'execution-7')).toHaveLength(1);
	});
});

describe('a run that was claimed and not begun', () => {
	it('is given up as if it had never been claimed: what was due is due, and what was not is not', async () => {
		await connect('Harbour');
		const [run] = await claim();
		await releaseRuns(database.pool, [run!.syncRunId]);
		expect(await runsLeft()).toBe(0);
		const [again] = await claim();
		await finishRun(database.pool, { ...again!, status: 'succeeded' });
		const [byHand] = await claim({ runNow: true });
		await releaseRuns(database.pool, [byHand!.syncRunId]);
		expect(await claim()).toEqual([]);
	});

	it('stays where it has stored something, is closed, or is an upload’s', async () => {
		const { tenantId } = await connect('Harbour');
		const upload = await openRun(database.pool, { tenantId, provider: 'manual' }, holder('1'));
		const [run] = await claim();
		await database.admin.query(`update etl.sync_runs set counts = '{"x": {}}' where id = $1`, [
			run!.syncRunId,
		]);
		await releaseRuns(database.pool, [run!.syncRunId, upload]);
		expect(await runsLeft()).toBe(2);
		await finishRun(database.pool, { ...run!, status: 'succeeded' });
		await database.admin.query(`update etl.sync_runs set counts = '{}' where id = $1`, [run!.syncRunId]);
		await releaseRuns(database.pool, [run!.syncRunId]);
		expect(await runsLeft()).toBe(2);
	});
});
