import { beforeEach, describe, expect, it } from '@jest/globals';

import { getPool } from '../../../db/postgres/pool';
import { createIntegration, listIntegrations } from '../../../db/integrations/integrations';
import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { claimDue, renewLeases, type ClaimedRun } from '../../../db/runs/claim';
import { listRuns } from '../../../db/runs/list';
import { finishRun, type FinishedRun, type RunEnd } from '../../../db/runs/finish';
import { createTenant } from '../../../db/integrations/tenants';
import { storeTokens } from '../../../db/vault/token-store';
import { cuttingProxy } from '../../support/http/cutting-proxy';
import { useDatabase } from '../../support/database/use-database';
import { holder } from '../../support/database/run-holder';
import { openRun } from '../../../db/runs/open';

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

/** A tenant with a connection, claimed. */
async function claimed(name: string): Promise<ClaimedRun> {
	const { id: tenantId } = await createTenant(database.pool, { name });
	const given = { tenantId, provider: 'xero', authentication: 'n8n' } as const;
	const { integrationId } = await createIntegration(database.pool, given);
	return await claim(integrationId);
}

async function claim(integrationId: string): Promise<ClaimedRun> {
	const [run] = await claimDue(database.pool, {
		provider: 'xero',
		limit: 50,
		syncEveryHours: 6,
		holder: holder('execution-1'),
		authentication: 'n8n',
		integrationId,
		runNow: true,
	});
	return run!;
}

async function finish({ tenantId, syncRunId }: ClaimedRun, end: Partial<RunEnd> = {}): Promise<FinishedRun> {
	return await finishRun(database.pool, { tenantId, syncRunId, status: 'succeeded', ...end });
}

describe('closing a run', () => {
	it('stores whatever characters a provider’s words contain', async () => {
		const words = 'cut \u0000 here \ud800 and C:\\u0000';
		const finished = await finish(await claimed('Harbour'), {
			status: 'failed',
			error: { class: 'bad_request', message: words },
			warnings: ['\u0000'],
		});
		expect(finished.error).toEqual({
			class: 'bad_request',
			message: 'cut \\u0000 here \\ud800 and C:\\u0000',
		});
		expect(finished.warnings).toEqual(['\\u0000']);
	});

	it('works however long the run was open', async () => {
		const run = await claimed('Harbour');
		await database.admin.query("update etl.sync_runs set started_at = now() - interval '400 days'");
		expect((await finish(run)).durationMs).toBeGreaterThan(399 * 86_400_000);
	});

	it('does not undo what a person fixed in the meantime', async () => {
		const statusAfter = async (run: ClaimedRun): Promise<string | undefined> => {
			const error = { class: 'reconnect_required', message: 'made up' };
			await finish(run, { status: 'failed', requiresAction: true, error });
			return (await listIntegrations(database.pool, { tenantId: run.tenantId }))[0]?.status;
		};
		const [mended, broken] = [await claimed('Mended'), await claimed('Broken')];
		const { id, key } = generateKey();
		const tokens = { accessToken: 'made-up-access-token-1', refreshToken: null, expiresAt: null };
		await storeTokens(database.pool, keyRing({ activeKeyId: id, activeKey: key }), mended, tokens);
		expect(await statusAfter(mended)).toBe('ACTIVE');
		expect(await statusAfter(broken)).toBe('ERROR');
	});

	it('asks for a person when a token that every run refreshes is refused again and again', async () => {
		const { id, key } = generateKey();
		const refreshed = { accessToken: 'made-up-access-token-2', refreshToken: null, expiresAt: null };
		const error = { class: 'reconnect_required', message: 'made up' };
		const statuses: Array<string | undefined> = [];
		const { integrationId } = await claimed('Refused').then(async (run) => (await finish(run), run));
		for (let round = 0; round < 2; round++) {
			const run = await claim(integrationId);
			await storeTokens(database.pool, keyRing({ activeKeyId: id, activeKey: key }), run, refreshed);
			await finish(run, { status: 'failed', requiresAction: true, error });
			const [integration] = await listIntegrations(database.pool, { tenantId: run.tenantId });
			statuses.push(integration?.status);
		}
		expect(statuses).toEqual(['ACTIVE', 'ERROR']);
	});

	it('closes one tenant’s run without a word about another', async () => {
		const [one, two] = [await claimed('One'), await claimed('Two')];
		await finish(one, { status: 'failed', requiresAction: true });
		expect(await renewLeases(database.pool, [one.syncRunId, two.syncRunId])).toEqual(
			new Set([two.syncRunId]),
		);
		const integrations = await listIntegrations(database.pool, {});
		expect(integrations.map(({ tenantName, status }) => [tenantName, status])).toEqual([
			['One', 'ERROR'],
			['Two', 'ACTIVE'],
		]);
	});
});

describe('a run of no connection', () => {
	it('is opened once, although the answer to its commit was lost', async () => {
		const { id: tenantId } = await createTenant(database.pool, { name: 'Uploads' });
		const proxy = await cuttingProxy(database.settings.port, 'commit');
		const pool = getPool({ ...database.settings, port: proxy.port });
		try {
			const id = await openRun(pool, { tenantId, provider: 'manual' }, holder());
			expect(proxy.cuts).toBe(1);
			expect((await listRuns(database.pool, {})).map((run) => run.id)).toEqual([id]);
		} finally {
			await pool.end();
			await proxy.close();
		}
	});

	it('needs a tenant that exists', async () => {
		for (const tenantId of ['unknown', 'a\0b', '']) {
			const opening = openRun(database.pool, { tenantId, provider: 'manual' }, holder());
			await expect(opening).rejects.toThrow('There is no such tenant. Check the field Tenant');
		}
	});
});

describe('the list of runs', () => {
	it('comes newest first, of a tenant, integration, provider or status, as many as wanted', async () => {
		const [first, second] = [await claimed('One'), await claimed('Two')];
		await finish(first);
		const listed = async (filter: Parameters<typeof listRuns>[1]): Promise<string[]> =>
			(await listRuns(database.pool, filter)).map((run) => run.id);
		expect(await listed({})).toEqual([second.syncRunId, first.syncRunId]);
		expect(await listed({ limit: 1 })).toEqual([second.syncRunId]);
		expect(await listed({ tenantId: first.tenantId })).toEqual([first.syncRunId]);
		expect(await listed({ integrationId: second.integrationId })).toEqual([second.syncRunId]);
		expect(await listed({ status: 'succeeded' })).toEqual([first.syncRunId]);
		expect(await listed({ provider: 'hubspot' })).toEqual([]);
	});
});
