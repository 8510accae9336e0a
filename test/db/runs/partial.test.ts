import type { INodeExecutionData } from 'n8n-workflow';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { syncHealth } from '../../../db/runs/health';
import { claimDue } from '../../../db/runs/claim';
import { listRuns } from '../../../db/runs/list';
import { finishRun, type RunEnd } from '../../../db/runs/finish';
import { buildAlerts } from '../../../nodes/Integrations/sync/alerts';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { useDatabase } from '../../support/database/use-database';
import { loadTarget, rejected, type LoadTarget } from '../../support/database/loading';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	target = await loadTarget(database, 'Harbour');
});

const RATE = { code: 'rate_missing', path: '', message: 'There is no rate. Load the rates.' };

interface Read {
	rejected?: number;
	skipped?: number;
}

/** A run that read a few records, of which some were rejected or skipped. */
async function read({ rejected: count = 0, skipped = 0 }: Read): Promise<void> {
	const records = Array.from({ length: count }, (_, index) =>
		rejected(`2026-${index}`, index === 0 ? {} : { reason: RATE }),
	);
	const counts = { extracted: 9, normalised: 9 - count - skipped, skipped, rejected: count };
	const place = { stream: 'monthlyFinancials', accountId: 'org-1', rowsArrived: 0 };
	await target.load([], { rejected: records, states: [{ ...place, state: { at: 1 }, counts }] });
}

async function finish(end: Partial<RunEnd> = {}) {
	const { tenantId, syncRunId } = target;
	return await finishRun(database.pool, { tenantId, syncRunId, status: 'succeeded', ...end });
}

async function lastSync(): Promise<Date | null> {
	const { rows } = await database.admin.query<{ at: Date | null }>(
		'select last_sync_at as at from integrations',
	);
	return rows[0]!.at;
}

describe('a run of which a stream waits for a consent', () => {
	const error = { class: 'needs_consent', message: 'deals was skipped. Connect the tenant again.' };

	it('is up to date with the rest: the next sync is due by the schedule, and health and alerts say it', async () => {
		await read({});
		expect(await finish({ status: 'partial', error })).toMatchObject({ status: 'partial', retryAt: null });
		expect(await lastSync()).not.toBeNull();
		const [health] = await syncHealth(database.pool, { syncEveryHours: 6 });
		expect(health).toMatchObject({ status: 'ACTIVE', lastError: { class: 'needs_consent' } });
		const limits = { staleAfterHours: 24, rejectedFrom: 10, abandonedFrom: 3 };
		expect(buildAlerts(health!, limits, new Date())).toMatchObject([
			{
				alert: 'needsConsent',
				message:
					'Harbour (Xero): not all streams are read. deals was skipped. Have the tenant connect again: the link asks for the scope that is missing.',
			},
		]);
	});

	it('puts the connection in error where nothing else was read', async () => {
		await finish({ status: 'failed', error, requiresAction: true });
		const [health] = await syncHealth(database.pool, { syncEveryHours: 6 });
		expect(health).toMatchObject({ status: 'ERROR', nextDue: null });
	});
});

describe('a run of which records were rejected or skipped', () => {
	it('is partial, moves the last sync, asks for no retry, and says how many, why mostly and what to do', async () => {
		await read({ rejected: 3, skipped: 1 });
		const run = await finish({ warnings: ['A zone is not known.'] });
		expect(run).toMatchObject({ status: 'partial', closed: true, retryAt: null, error: null });
		expect(run.warnings).toEqual([
			'3 records were rejected, 2 of them as rate_missing: There is no rate. Load the rates. Rejected Record: Get Many lists them all. 1 record was skipped because the provider no longer has it.',
			'A zone is not known.',
		]);
		expect(await lastSync()).not.toBeNull();
		const [health] = await syncHealth(database.pool, { syncEveryHours: 6 });
		expect(health).toMatchObject({ failuresInARow: 0, lastRunStatus: 'partial', lastError: null });
		expect(Date.parse(health!.nextDue!)).toBeGreaterThan(Date.now() + 5 * 3_600_000);
	});

	it('is partial where only some were skipped', async () => {
		await read({ skipped: 2 });
		expect(await finish()).toMatchObject({ status: 'partial', retryAt: null });
	});

	it('is not partial for what was rejected before and not read again', async () => {
		await read({ rejected: 1 });
		await finish();
		await target.nextRun();
		await read({});
		expect(await finish()).toMatchObject({ status: 'succeeded', warnings: [] });
	});

	it('fails as before, with a retry and the old last sync, where an account failed as well', async () => {
		await read({ rejected: 1 });
		const error = { class: 'provider_unavailable', message: 'It did not answer.' };
		const run = await finish({ status: 'partial', error, retryInMs: 60_000 });
		expect(run).toMatchObject({ status: 'partial', error, warnings: [] });
		expect(run.retryAt).not.toBeNull();
		expect(await lastSync()).toBeNull();
	});

	it('leaves the last sync alone where it was a replay', async () => {
		await read({ rejected: 1 });
		expect(await finish({ keepsSchedule: true })).toMatchObject({ status: 'partial' });
		expect(await lastSync()).toBeNull();
	});
});

describe('Fail When of Finish', () => {
	const envelope = { stream: 'monthlyFinancials', accountId: 'org-1' };

	/** Finishes runs of connections of their own, each failed or not. */
	async function finishAll(failures: readonly boolean[], options: object = {}, more: object = {}) {
		await database.admin.query('truncate tenants cascade');
		for (const index of failures.keys()) await loadTarget(database, `Tenant ${index}`);
		const { rows } = await database.admin.query<{ id: string; tenant: string }>(
			'select r.id, t.name as tenant from etl.sync_runs r join tenants t on t.id = r.tenant_id order by t.name',
		);
		const failure = { class: 'provider_unavailable', message: 'It did not answer. Try later.' };
		const items = rows.map(({ id }, index) =>
			failures[index]
				? { type: 'FAILURE', syncRunId: id, ...envelope, failure }
				: { type: 'STATE', syncRunId: id, ...envelope, state: {}, hasMore: false, counts: {} },
		);
		const context = nodeContext({ database: database.settings, items, parameters: { options }, ...more });
		const finishing = integrationsOperations['sync:finish']!(context);
		const outcome = await finishing.catch((error: Error) => error);
		const statuses = (await listRuns(database.pool, {})).map(({ status }) => status).toSorted();
		return { outcome: outcome as INodeExecutionData[] | (Error & { description: string }), statuses };
	}

	it.each([
		['the default', {}, [true, true], true],
		['the default', {}, [true, false], false],
		['every run', { failWhen: 'everyRun' }, [true], true],
		['any run', { failWhen: 'anyRun' }, [true, false], true],
		['any run', { failWhen: 'anyRun' }, [false, false], false],
		['never', { failWhen: 'never' }, [true, true], false],
		['the default', {}, [], false],
	])(
		'%s (%j) for failures %j: fails %s, once all runs are closed',
		async (_name, options, failures, fails) => {
			const { outcome, statuses } = await finishAll(failures, options);
			expect(statuses).toEqual(failures.map((failed) => (failed ? 'failed' : 'succeeded')).toSorted());
			expect(outcome instanceof Error).toBe(fails);
			if (!(outcome instanceof Error)) expect(outcome).toHaveLength(failures.length);
		},
	);

	it('names the runs, why they failed and what to do', async () => {
		const { outcome } = await finishAll([true, true]);
		expect(outcome).toMatchObject({
			message: '2 of 2 runs failed: Tenant 0 (Xero), Tenant 1 (Xero)',
			description: expect.stringMatching(/Tenant 1 \(Xero\): It did not answer.*Get Health says what to do/),
		});
	});

	it('gives the runs where the node is set to continue', async () => {
		const { outcome } = await finishAll([true], {}, { continueOnFail: true });
		expect(outcome).toMatchObject([{ json: { status: 'failed' } }]);
	});
});

describe('the next claim', () => {
	it('waits for the schedule after a run of which only records were rejected', async () => {
		await read({ rejected: 1 });
		await finish();
		const options = { provider: 'xero', limit: 1, authentication: 'stored', runNow: false } as const;
		const holder = { executionId: 'e', workflowId: 'w', mode: 'trigger' };
		expect(await claimDue(database.pool, { ...options, holder, syncEveryHours: 6 })).toEqual([]);
		expect(await claimDue(database.pool, { ...options, holder, syncEveryHours: 0 })).toHaveLength(1);
	});
});
