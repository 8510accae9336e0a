import type { IDataObject } from 'n8n-workflow';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { claimDue, type ClaimedRun } from '../../../db/runs/claim';
import { finishRun, type RunEnd } from '../../../db/runs/finish';
import { asWorker } from '../../../db/postgres/transaction';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';
import { holder } from '../../support/database/run-holder';

/** The server's clock may be another one. */
const CLOCKS_DIFFER_MS = 10_000;

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

/** A tenant of its own with one connection, called the same. */
async function connection(name: string, status = 'ACTIVE'): Promise<void> {
	await database.admin.query('insert into tenants (id, name) values ($1, $1)', [name]);
	await database.admin.query(
		`insert into integrations (id, tenant_id, provider, status, expires_at)
		values ($1, $1, 'xero', $2, '2030-01-01T00:00:00Z')`,
		[name, status],
	);
}

async function run(integrationId: string, executionId = 'instance-1:execution-1'): Promise<ClaimedRun> {
	const options = { provider: 'xero', limit: 1, syncEveryHours: 6, authentication: 'stored' } as const;
	const [claimed] = await claimDue(database.pool, {
		...options,
		integrationId,
		holder: holder(executionId),
		runNow: true,
	});
	return claimed!;
}

async function end(name: string, status: RunEnd['status'], more: Partial<RunEnd> = {}): Promise<void> {
	await finishRun(database.pool, { ...(await run(name)), status, ...more });
}

async function abandon(name: string): Promise<void> {
	await run(name);
	await database.admin.query(
		"update etl.sync_runs set lease_until = now() - interval '1 second' where status = 'running'",
	);
	await asWorker(database.pool, (client) => client.query('select etl.abandon_runs()'));
}

async function operate(
	operation: string,
	parameters: object,
	items: object[] = [{}],
): Promise<IDataObject[]> {
	const given = parameters as Record<string, unknown>;
	const context = nodeContext({ database: database.settings, items, parameters: given });
	return (await integrationsOperations[`sync:${operation}`]!(context)).map(({ json }) => json);
}

const health = async (parameters: object = {}) => await operate('getHealth', parameters);
const alerts = async (options: object = {}) =>
	(await operate('getHealth', { show: 'alerts', options })).map(({ alert, message }) => [alert, message]);

const refused = { class: 'reconnect_required', message: 'Xero no longer accepts the connection.' };

describe('Sync: Get Health', () => {
	it('says of each connection how it stands, when it is due, and what to do', async () => {
		await connection('Harbour');
		await end('Harbour', 'succeeded', { warnings: ['A zone is not known.'] });
		await end('Harbour', 'failed', { error: refused, requiresAction: true });
		await connection('Southern');
		const [harbour, southern] = await health();
		expect(harbour).toEqual({
			integrationId: 'Harbour',
			tenantId: 'Harbour',
			tenantName: 'Harbour',
			provider: 'xero',
			status: 'ERROR',
			authentication: 'stored',
			hasToken: true,
			expiresAt: '2030-01-01T00:00:00.000Z',
			lastSuccessAt: expect.stringMatching(/Z$/),
			minutesSinceSuccess: 0,
			createdAt: expect.stringMatching(/Z$/),
			runningSince: null,
			lastRunStatus: 'failed',
			lastRunFinishedAt: expect.stringMatching(/Z$/),
			failuresInARow: 1,
			abandonedInARow: 0,
			lastError: refused,
			whatToDo: 'Reconnect the tenant, then run Connection: Enable.',
			warnings: [],
			nextDue: null,
			minutesLate: null,
			openRejected: 0,
			tenantPausedAt: null,
			rejectedReason: null,
			rejectedStreams: [],
		});
		expect(southern).toMatchObject({
			status: 'ACTIVE',
			lastSuccessAt: null,
			lastRunStatus: null,
			nextDue: southern!.createdAt,
			minutesLate: 0,
		});
	});

	it('says that a tenant is paused, is not late, and alerts of nothing until it is resumed', async () => {
		await connection('Harbour');
		await end('Harbour', 'failed', { error: refused, requiresAction: true });
		await connection('Southern');
		await database.admin.query("update integrations set created_at = now() - interval '9 days'");
		await database.admin.query('insert into etl.paused_tenants select id from tenants');
		for (const one of await health()) {
			expect(one).toMatchObject({
				tenantPausedAt: expect.stringMatching(/Z$/),
				nextDue: null,
				minutesLate: null,
				whatToDo: expect.stringContaining('Tenant: Resume'),
			});
		}
		expect(await alerts()).toEqual([]);
		await database.admin.query('delete from etl.paused_tenants');
		expect((await alerts()).map(([alert]) => alert)).toEqual(['needsPerson', 'stale']);
	});

	it('counts failures in a row up to what went well, and the abandoned ones among the latest', async () => {
		await connection('Harbour');
		await end('Harbour', 'failed');
		await end('Harbour', 'partial', { error: refused });
		await end('Harbour', 'failed');
		await abandon('Harbour');
		await abandon('Harbour');
		const [harbour] = await health();
		expect(harbour).toMatchObject({ failuresInARow: 3, abandonedInARow: 2, lastRunStatus: 'abandoned' });
		expect(harbour!.whatToDo).toMatch(/check n8n’s log for what ends the process/);
		expect(Date.parse(harbour!.nextDue as string)).toBeGreaterThan(Date.now());
	});

	it('counts the open rejected records, tells a live run, and narrows to a tenant', async () => {
		await connection('Harbour');
		await connection('Southern');
		const before = Date.now();
		await run('Harbour');
		const after = Date.now();
		await database.admin.query(
			`insert into etl.rejected_records (id, tenant_id, integration_id, stage, provider, stream, account_id, record_id,
				reason_code, reason_message, payload, resolved_at)
			select n, 'Harbour', 'Harbour', 'load', 'xero', 's', 'a', n, 'x', 'x', '{}', case when n = '3' then now() end
			from unnest(array['1', '2', '3']) n`,
		);
		const [harbour, ...others] = await health({ filters: { tenantId: 'Harbour' } });
		expect(others).toEqual([]);
		expect(harbour).toMatchObject({ openRejected: 2, nextDue: null, minutesLate: null });
		const runningSince = Date.parse(harbour!.runningSince as string);
		expect(runningSince).toBeGreaterThan(before - CLOCKS_DIFFER_MS);
		expect(runningSince).toBeLessThan(after + CLOCKS_DIFFER_MS);
	});
});

describe('the alerts', () => {
	it('are none where all is well, switched off, or not connected yet', async () => {
		await connection('Harbour');
		await end('Harbour', 'succeeded');
		await connection('Off', 'DISABLED');
		await connection('New', 'PENDING');
		await database.admin.query("update integrations set created_at = now() - interval '9 days'");
		expect(await alerts()).toEqual([]);
	});

	it('name what needs a person, is stale, is abandoned again and again, or rejects much', async () => {
		await connection('Asks');
		await end('Asks', 'failed', { error: refused, requiresAction: true });
		await connection('Breaks');
		for (let times = 0; times < 3; times++) await abandon('Breaks');
		await connection('Never');
		await connection('Stale');
		await end('Stale', 'succeeded');
		await end('Stale', 'failed', { error: { class: 'rate_limited', message: 'The day is used up.' } });
		await database.admin.query(
			`update integrations set last_sync_at = now() - interval '30 hours' where id = 'Stale';
			update integrations set created_at = now() - interval '25 hours' where id = 'Never';
			insert into etl.rejected_records (id, tenant_id, integration_id, stage, provider, stream, account_id, record_id,
				reason_code, reason_message, payload)
			select n, 'Stale', 'Stale', 'load', 'xero', 's', 'a', n, 'x', 'x', '{}' from generate_series(1, 12) n`,
		);
		expect(await alerts()).toEqual([
			[
				'needsPerson',
				'Asks (Xero): syncing is paused and needs attention. Xero no longer accepts the connection. Reconnect the tenant, then run Connection: Enable.',
			],
			[
				'abandoned',
				expect.stringMatching(/^Breaks \(Xero\): the process ended during 3 consecutive syncs\./),
			],
			[
				'stale',
				expect.stringMatching(/^Never \(Xero\): no sync has fully succeeded yet.* workflow is published\.$/),
			],
			[
				'stale',
				'Stale (Xero): no full success for 30 hours. The day is used up. No action needed: reading resumes at the time named.',
			],
			[
				'manyRejected',
				'Stale (Xero): 12 records were rejected as x: x. Rejected Record: Get Many lists them all; Replay loads them once the cause is fixed.',
			],
		]);
		expect(
			(await alerts({ staleAfter: 48, rejectedFrom: 13, abandonedFrom: 4 })).map(([alert]) => alert),
		).toEqual(['needsPerson']);
	});
});

describe('rejected records', () => {
	/** A run of one stream that ended so, with as many open rejected records of it. */
	async function rejectSome(
		name: string,
		stream: string,
		counts: object,
		open: number,
		code = 'rate_missing',
	) {
		const { syncRunId, tenantId } = await run(name);
		await database.admin.query('update etl.sync_runs set counts = $2 where id = $1', [
			syncRunId,
			{ [stream]: counts },
		]);
		await database.admin.query(
			`insert into etl.rejected_records (id, tenant_id, integration_id, stage, provider, stream, account_id, record_id,
				reason_code, reason_message, payload)
			select $4 || n, $1, $1, 'load', 'xero', $2, 'a', $4 || n, $4, 'There is no rate. Load the rates.', '{}'
			from generate_series(1, $3) n`,
			[name, stream, open, code],
		);
		await finishRun(database.pool, { tenantId, syncRunId, status: 'succeeded' });
	}
	const counts = (extracted: number, rejected: number) => ({
		records: { extracted, normalised: extracted - rejected, skipped: 0, rejected, filtered: 0 },
		rows: { produced: extracted - rejected, rejected: 0 },
	});

	it('alert at once where nothing of a stream was stored, with number, reason and remedy', async () => {
		await connection('Kiwi');
		await rejectSome('Kiwi', 'months', counts(2, 2), 2);
		const text =
			'2 records were rejected as rate_missing: There is no rate. Load the rates. Rejected Record: Get Many lists them all; Replay loads them once the cause is fixed.';
		expect(await alerts()).toEqual([
			['allRejected', `Kiwi (Xero): nothing of months could be stored. ${text}`],
		]);
		expect(await health()).toMatchObject([{ whatToDo: text, rejectedStreams: ['months'] }]);
		// A later run that has nothing to read changes nothing about it.
		await rejectSome('Kiwi', 'months', counts(0, 0), 0);
		expect(await alerts()).toHaveLength(1);
		await database.admin.query('update etl.rejected_records set resolved_at = now()');
		expect(await alerts()).toEqual([]);
		expect(await health()).toMatchObject([{ whatToDo: null, rejectedReason: null }]);
	});

	it('alert at once where the database rejected every row', async () => {
		await connection('Kiwi');
		const rows = { produced: 3, inserted: 0, rejected: 3 };
		await rejectSome('Kiwi', 'months', { ...counts(3, 0), rows }, 3, 'check_failed');
		expect((await alerts()).map(([alert]) => alert)).toEqual(['allRejected']);
	});

	it('are no alert where a part was stored, or where the counts cannot be read', async () => {
		await connection('Kiwi');
		await rejectSome('Kiwi', 'months', counts(3, 2), 2);
		await connection('Odd');
		await rejectSome('Odd', 'months', { records: 'x', rows: [null] }, 1, 'other');
		expect(await alerts()).toEqual([]);
		const [kiwi] = await health();
		expect(kiwi!.whatToDo).toMatch(/^2 records were rejected as rate_missing/);
	});

	it('name the most frequent of several reasons', async () => {
		await connection('Kiwi');
		await rejectSome('Kiwi', 'months', counts(9, 2), 2);
		await rejectSome('Kiwi', 'months', counts(9, 1), 1, 'unknown_section');
		expect((await health())[0]!.whatToDo).toMatch(
			/^3 records were rejected, 2 of them as rate_missing: There/,
		);
	});
});

describe('Sync: Fail Runs of Execution', () => {
	const statuses = async (): Promise<string[]> => {
		const { rows } = await database.admin.query<{ line: string }>(
			"select concat_ws(' ', tenant_id, status) as line from etl.sync_runs order by started_at, id",
		);
		return rows.map(({ line }) => line);
	};
	const fail = async (executionId: string | undefined) =>
		await operate('failRuns', { executionId, reason: 'Workflow crashed', failedNode: 'Extract' });

	it('closes what that execution of this n8n left open, and nothing else', async () => {
		for (const name of ['A', 'B', 'C']) await connection(name);
		await run('A', 'instance-1:7');
		await run('B', 'instance-2:7');
		await run('C', 'instance-1:70');
		const failed = await fail('7');
		expect(failed).toMatchObject([
			{
				tenantId: 'A',
				status: 'failed',
				closed: true,
				error: {
					class: 'internal',
					message:
						'The execution stopped at the node "Extract": Workflow crashed. Nothing is lost: the next run resumes from the last state.',
				},
			},
		]);
		const minutes = (Date.parse(failed[0]!.retryAt as string) - Date.now()) / 60_000;
		expect(minutes).toBeGreaterThan(3);
		expect(minutes).toBeLessThan(7);
		expect(await statuses()).toEqual(['A failed', 'B running', 'C running']);
	});

	it('counts a run whose process ended as abandoned', async () => {
		await connection('A');
		await abandon('A');
		await run('A', 'instance-1:7');
		await operate('failRuns', { executionId: '7', errorName: 'WorkflowCrashedError' });
		expect(await health()).toMatchObject([
			{
				failuresInARow: 2,
				abandonedInARow: 2,
				lastError: { class: 'crashed' },
				whatToDo: expect.stringMatching(/memory/),
			},
		]);
	});

	it('changes nothing late or twice, and does nothing without an execution', async () => {
		await connection('A');
		await finishRun(database.pool, { ...(await run('A', 'instance-1:7')), status: 'succeeded' });
		await run('A', 'instance-1:8');
		expect(await fail('7')).toEqual([]);
		expect(await fail(undefined)).toEqual([]);
		expect(await statuses()).toEqual(['A succeeded', 'A running']);
		expect(await fail('8')).toHaveLength(1);
		expect(await fail('8')).toEqual([]);
	});
});
