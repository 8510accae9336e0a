import { beforeEach, describe, expect, it } from '@jest/globals';

import { asWorker } from '../../../db/postgres/transaction';
import { useDatabase } from '../../support/database/use-database';

interface Claim {
	sync_run_id: string;
	tenant_id: string;
	tenant_name: string;
	integration_id: string;
	provider: string;
	metadata: Record<string, unknown> | null;
	last_sync_at: Date | null;
	lease_until: Date;
}

interface ClaimOptions {
	runIds?: string[];
	syncEvery?: string;
	lease?: string;
	only?: string | null;
	runNow?: boolean;
	authentication?: string;
}

const database = useDatabase();
let claims = 0;
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

async function claim(options: ClaimOptions = {}): Promise<Claim[]> {
	const { runIds = [`run-${++claims}`], syncEvery = '6 hours', lease = '15 minutes' } = options;
	const { only = null, runNow = false, authentication = 'stored' } = options;
	const values = ['xero', runIds, syncEvery, lease, 'execution-1', null, null, only, runNow, authentication];
	const { rows } = await asWorker(database.pool, (client) =>
		client.query<Claim>('select * from etl.claim_due($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', values),
	);
	return rows;
}

const ids = (count: number): string[] => Array.from({ length: count }, () => `run-${++claims}`);
const claimedOf = (rows: Claim[]): string[] => rows.map((row) => row.integration_id);

interface IntegrationFields {
	status?: string;
	/** Hours since the last success; null for never. */
	syncedHoursAgo?: number | null;
	metadata?: object | null;
	provider?: string;
}

/** A tenant of its own with one integration, called the same. */
async function integration(name: string, fields: IntegrationFields = {}): Promise<void> {
	const { status = 'ACTIVE', syncedHoursAgo = null, metadata = null, provider = 'xero' } = fields;
	await database.admin.query('insert into tenants (id, name) values ($1, $1)', [name]);
	await database.admin.query(
		`insert into integrations (id, tenant_id, provider, status, metadata, last_sync_at)
		values ($1, $1, $2, $3, $4, now() - make_interval(hours => $5))`,
		[name, provider, status, metadata, syncedHoursAgo],
	);
}

async function closeRun(id: string, retryAt: string | null): Promise<void> {
	await database.admin.query(
		`update etl.sync_runs set status = 'failed', finished_at = now(), lease_until = null,
			retry_at = now() + $2::interval where id = $1`,
		[id, retryAt],
	);
}

async function runsOf(name: string): Promise<Array<{ id: string; status: string; error: unknown }>> {
	const { rows } = await database.admin.query(
		'select id, status, error from etl.sync_runs where integration_id = $1 order by started_at, id',
		[name],
	);
	return rows;
}

describe('claim_due', () => {
	it('claims what was never synced and what is older than the interval, and says all about it', async () => {
		await integration('never', { metadata: { timezone: 'Australia/Sydney' } });
		await integration('old', { syncedHoursAgo: 7 });
		await integration('fresh', { syncedHoursAgo: 5 });
		const rows = await claim({ runIds: ids(5) });
		expect(claimedOf(rows)).toEqual(['never', 'old']);
		expect(rows[0]).toEqual({
			sync_run_id: expect.stringMatching(/^run-/),
			tenant_id: 'never',
			tenant_name: 'never',
			integration_id: 'never',
			provider: 'xero',
			metadata: { timezone: 'Australia/Sydney' },
			last_sync_at: null,
			lease_until: expect.any(Date),
		});
		expect(await runsOf('never')).toEqual([{ id: rows[0]?.sync_run_id, status: 'running', error: null }]);
	});

	it.each(['PENDING', 'ERROR', 'DISABLED'])('leaves an integration that is %s', async (status) => {
		await integration('idle', { status });
		expect(await claim({ runNow: true })).toEqual([]);
	});

	it('leaves another provider’s integration', async () => {
		await integration('other', { provider: 'hubspot' });
		expect(await claim()).toEqual([]);
	});

	it('takes no more than it has ids for, the longest waiting first', async () => {
		await integration('seven', { syncedHoursAgo: 7 });
		await integration('nine', { syncedHoursAgo: 9 });
		await integration('eight', { syncedHoursAgo: 8 });
		expect(claimedOf(await claim({ runIds: ids(2) }))).toEqual(['nine', 'eight']);
		expect(await claim({ runIds: [] })).toEqual([]);
	});

	it('leaves what has a live run, also when asked to run now', async () => {
		await integration('busy');
		expect(await claim()).toHaveLength(1);
		expect(await claim({ runNow: true })).toEqual([]);
	});

	it('goes before the others when the time to try again has come', async () => {
		await integration('retry', { syncedHoursAgo: 1 });
		const [first] = await claim({ runNow: true });
		await closeRun(first?.sync_run_id ?? '', '-1 second');
		await integration('never');
		expect(claimedOf(await claim({ runIds: ids(5) }))).toEqual(['retry', 'never']);
	});

	it('waits for the time to try again, unless asked to run now', async () => {
		await integration('later');
		const [first] = await claim();
		await closeRun(first?.sync_run_id ?? '', '1 hour');
		expect(await claim()).toEqual([]);
		expect(claimedOf(await claim({ runNow: true }))).toEqual(['later']);
	});

	it('asks the latest run only when to try again', async () => {
		await integration('twice', { syncedHoursAgo: 1 });
		const [first] = await claim({ runNow: true });
		await closeRun(first?.sync_run_id ?? '', '-1 second');
		const [second] = await claim();
		await closeRun(second?.sync_run_id ?? '', null);
		expect(await claim()).toEqual([]);
	});

	it('closes a run whose lease ended as abandoned and claims its integration at once', async () => {
		await integration('crashed', { syncedHoursAgo: 1 });
		const [lost] = await claim({ runNow: true, lease: '-1 second' });
		const [next] = await claim();
		expect(next?.integration_id).toBe('crashed');
		expect(await runsOf('crashed')).toEqual([
			{
				id: lost?.sync_run_id,
				status: 'abandoned',
				error: expect.objectContaining({ class: 'lease_ended' }),
			},
			{ id: next?.sync_run_id, status: 'running', error: null },
		]);
	});

	it('leaves a run whose lease lasts', async () => {
		await integration('working');
		const [run] = await claim({ lease: '1 minute' });
		await claim({ runNow: true });
		expect(await runsOf('working')).toEqual([{ id: run?.sync_run_id, status: 'running', error: null }]);
	});

	it('keeps the two ways of authentication apart', async () => {
		await integration('vault', { metadata: { authentication: 'stored' } });
		await integration('plain');
		await integration('dialog', { metadata: { authentication: 'n8n' } });
		expect(claimedOf(await claim({ runIds: ids(5) })).sort()).toEqual(['plain', 'vault']);
		expect(claimedOf(await claim({ runIds: ids(5), authentication: 'n8n' }))).toEqual(['dialog']);
		await expect(claim({ authentication: 'guess' })).rejects.toThrow(/stored or n8n/);
	});

	it('narrows to one integration', async () => {
		await integration('one');
		await integration('two');
		expect(claimedOf(await claim({ runIds: ids(5), only: 'two' }))).toEqual(['two']);
	});

	it('gives every integration to exactly one of twenty claimers', async () => {
		const names = Array.from({ length: 30 }, (_, index) => `tenant-${String(index).padStart(2, '0')}`);
		for (const name of names) await integration(name);
		const shares = await Promise.all(Array.from({ length: 20 }, () => claim({ runIds: ids(4) })));
		const rest = await claim({ runIds: ids(30) });
		expect([...shares.flat(), ...rest].map((row) => row.integration_id).sort()).toEqual(names);
		expect(shares.every((share) => share.length <= 4)).toBe(true);
	});

	it('makes two live runs of one integration impossible, whoever claims', async () => {
		await integration('wanted');
		for (let round = 0; round < 10; round++) {
			const shares = await Promise.all(Array.from({ length: 20 }, () => claim({ runNow: true })));
			expect(shares.flat()).toHaveLength(1);
			await closeRun(shares.flat()[0]?.sync_run_id ?? '', null);
		}
		const second =
			"insert into etl.sync_runs (id, tenant_id, integration_id, provider) values ($1, $2, $2, 'xero')";
		await claim({ runNow: true });
		await expect(database.admin.query(second, ['forged', 'wanted'])).rejects.toMatchObject({ code: '23505' });
	});
});

describe('renew_leases', () => {
	it('renews what still runs and names it', async () => {
		await integration('one');
		await integration('two');
		const [one, two] = await claim({ runIds: ids(2), lease: '1 minute' });
		await closeRun(two?.sync_run_id ?? '', null);
		const { rows } = await asWorker(database.pool, (client) =>
			client.query("select sync_run_id from etl.renew_leases($1, '1 hour')", [
				[one?.sync_run_id, two?.sync_run_id, 'unknown'],
			]),
		);
		expect(rows).toEqual([{ sync_run_id: one?.sync_run_id }]);
		const { rows: leases } = await database.admin.query(
			"select lease_until > now() + interval '50 minutes' as renewed from etl.sync_runs where status = 'running'",
		);
		expect(leases).toEqual([{ renewed: true }]);
	});
});

describe('the lists', () => {
	it('show runs newest first, of one tenant, integration, provider or status', async () => {
		await integration('one');
		await integration('two');
		const [first] = await claim({ only: 'one' });
		const [second] = await claim({ only: 'two' });
		await closeRun(first?.sync_run_id ?? '', null);
		const list = async (...values: Array<string | null>) => {
			const { rows } = await asWorker(database.pool, (client) =>
				client.query('select * from etl.list_runs($1, $2, $3, $4, 10)', values),
			);
			return rows.map(({ id, tenant_name }) => [id, tenant_name]);
		};
		const [one, two] = [first?.sync_run_id, second?.sync_run_id];
		expect(await list(null, null, null, null)).toEqual([
			[two, 'two'],
			[one, 'one'],
		]);
		expect(await list('one', null, null, null)).toEqual([[one, 'one']]);
		expect(await list(null, 'two', null, null)).toEqual([[two, 'two']]);
		expect(await list(null, null, 'hubspot', null)).toEqual([]);
		expect(await list(null, null, null, 'failed')).toEqual([[one, 'one']]);
	});

	it('show the open runs of an execution', async () => {
		await integration('one');
		await integration('two');
		const [first, second] = await claim({ runIds: ids(2) });
		await closeRun(first?.sync_run_id ?? '', null);
		const { rows } = await asWorker(database.pool, (client) =>
			client.query("select * from etl.runs_of_execution('execution-1')"),
		);
		expect(rows).toEqual([
			{ id: second?.sync_run_id, tenant_id: 'two', integration_id: 'two', provider: 'xero' },
		]);
	});

	it('show integrations with their latest run and without tokens', async () => {
		await integration('one');
		await integration('two', { provider: 'hubspot' });
		await database.admin.query(
			"update integrations set access_token = 'made-up-token', refresh_token = 'made-up-token'",
		);
		const [run] = await claim();
		await closeRun(run?.sync_run_id ?? '', '1 hour');
		const { rows } = await asWorker(database.pool, (client) =>
			client.query("select * from etl.list_integrations('xero', null, null, 10)"),
		);
		expect(rows).toEqual([
			expect.objectContaining({
				integration_id: 'one',
				tenant_name: 'one',
				status: 'ACTIVE',
				last_run_status: 'failed',
			}),
		]);
		expect(JSON.stringify(rows)).not.toContain('made-up-token');
	});
});
