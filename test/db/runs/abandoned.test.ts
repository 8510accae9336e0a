import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { claimDue, type ClaimedRun, type ClaimOptions } from '../../../db/runs/claim';
import { finishRun } from '../../../db/runs/finish';
import { createTenant } from '../../../db/integrations/tenants';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { holder } from '../../support/database/run-holder';
import { openRun } from '../../../db/runs/open';
import { expectWithMessage } from '../../support/expect/expectations';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
	database = await testDatabase();
	({ pool } = database);
});
afterAll(async () => {
	await database.close();
});
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
});

async function connect(count: number): Promise<void> {
	await database.admin.query(
		`with made as (insert into tenants (id, name) select 't' || n, 'T' || n from generate_series(1, $1) n returning id)
		insert into integrations (id, tenant_id, provider, status) select 'i-' || id, id, 'xero', 'ACTIVE' from made`,
		[count],
	);
}

async function claim(options: Partial<ClaimOptions> = {}): Promise<ClaimedRun[]> {
	const all = { provider: 'xero', limit: 50, syncEveryHours: 6, holder: holder('execution-1') };
	return await claimDue(pool, { ...all, authentication: 'stored', runNow: false, ...options });
}

/** The process that holds these runs is gone. */
async function crash(): Promise<void> {
	await database.admin.query(
		"update etl.sync_runs set lease_until = now() - interval '1 second' where status = 'running'",
	);
}

/** As if so much time had passed since whatever happened so far. */
async function passes(minutes: number): Promise<void> {
	await database.admin.query(
		`update etl.sync_runs set started_at = started_at - make_interval(secs => $1),
			finished_at = finished_at - make_interval(secs => $1), retry_at = retry_at - make_interval(secs => $1)`,
		[minutes * 60],
	);
}

/** How long each connection waits now, in minutes. */
async function pauses(): Promise<number[]> {
	const { rows } = await database.admin.query<{ minutes: number }>(
		`select distinct on (integration_id) extract(epoch from retry_at - finished_at)::float8 / 60 as minutes
		from etl.sync_runs order by integration_id, started_at desc, id desc`,
	);
	return rows.map(({ minutes }) => minutes);
}

describe('a connection whose run is abandoned', () => {
	it('is due at once the first time, and then after a pause that doubles up to six hours', async () => {
		await connect(1);
		const waits: number[] = [];
		for (let crashes = 0; crashes < 10; crashes++) {
			expect(await claim()).toHaveLength(1);
			await crash();
			// Another provider's claim closes it too, and takes nothing.
			expect(await claim({ provider: 'hubspot' })).toEqual([]);
			const [minutes] = await pauses();
			waits.push(minutes!);
			if (crashes > 0) expect(await claim()).toEqual([]);
			await passes(minutes! + 0.01);
		}
		expect(waits[0]).toBe(0);
		for (const [index, minutes] of waits.slice(1).entries()) {
			const full = Math.min(360, 10 * 2 ** index);
			expectWithMessage(minutes, `after ${index + 2} crashes`).toBeGreaterThanOrEqual(full / 2);
			expectWithMessage(minutes, `after ${index + 2} crashes`).toBeLessThanOrEqual(full);
		}
	});

	it('waits by chance, so that those who went down together come back apart', async () => {
		await connect(20);
		for (let crashes = 0; crashes < 2; crashes++) {
			expect(await claim()).toHaveLength(20);
			await crash();
			await claim({ provider: 'hubspot' });
		}
		const waits = await pauses();
		expect(new Set(waits).size).toBe(20);
		expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(1);
	});

	it('does not wait once a run of it came to an end', async () => {
		await connect(1);
		await claim();
		await crash();
		const [run] = await claim();
		await finishRun(pool, { ...run!, status: 'failed', retryAt: new Date(Date.now() - 1000).toISOString() });
		await passes(1);
		await claim();
		await crash();
		expect(await claim()).toHaveLength(1);
	});

	it('is read when a person asks for it, however long it would wait', async () => {
		await connect(1);
		for (let crashes = 0; crashes < 3; crashes++) {
			await claim({ runNow: true });
			await crash();
		}
		expect(await claim()).toEqual([]);
		expect(await claim({ runNow: true })).toHaveLength(1);
	});
});

describe('a run of no connection whose process ended', () => {
	const statuses = async (): Promise<string[]> => {
		const { rows } = await database.admin.query<{ line: string }>(
			"select concat_ws(' ', status, error ->> 'class', retry_at) as line from etl.sync_runs order by started_at",
		);
		return rows.map(({ line }) => line);
	};

	it.each([
		['the next one that is opened', async (tenantId: string) => await open(tenantId), ['running']],
		['the next claim', async () => await claim(), []],
	])('is closed by %s', async (_what, next, more) => {
		const { id } = await createTenant(pool, { name: 'Uploader' });
		await open(id);
		await crash();
		await next(id);
		expect(await statuses()).toEqual(['abandoned lease_ended', ...more]);
	});

	async function open(tenantId: string): Promise<string> {
		return await openRun(pool, { tenantId, provider: 'manual' }, holder());
	}
});
