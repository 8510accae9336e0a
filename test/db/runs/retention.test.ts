import { beforeEach, describe, expect, it } from '@jest/globals';

import { prune, type RetentionDays } from '../../../db/runs/retention';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { countTrips } from '../../support/database/count-trips';
import { seedTenant } from '../../support/database/tenant-rows';
import { useDatabase } from '../../support/database/use-database';
import { nodeContext } from '../../support/n8n/node-context';

const DAYS: RetentionDays = { runs: 90, rejectedRecords: 90, timeline: 365, links: 7 };
const NOTHING = { runs: 0, rejectedRecords: 0, timeline: 0, states: 0, links: 0, hasMore: false };

const database = useDatabase();
beforeEach(async () => {
	await database.admin.query('truncate tenants cascade');
	await seedTenant(database.admin, 'harbour');
});

const run = async (): Promise<unknown> => await prune(database.pool, DAYS);

async function insertRuns(
	count: number,
	days: string,
	integrationId: string | null = 'harbour-integration',
): Promise<void> {
	await database.admin.query(
		`insert into etl.sync_runs (id, tenant_id, integration_id, provider, status, started_at, finished_at)
		select 'run-' || $2 || '-' || n || coalesce($3, ''), 'harbour', $3, 'xero', 'succeeded',
			now() - make_interval(days => $2::int) - n * interval '1 second', now() - make_interval(days => $2::int)
		from generate_series(1, $1) n`,
		[count, days, integrationId],
	);
}

const idsOf = async (table: string): Promise<string[]> =>
	(await database.admin.query<{ id: string }>(`select id::text from ${table} order by id`)).rows.map(
		({ id }) => id,
	);

describe('runs', () => {
	it('end with their time, but for an open one and the latest of a connection', async () => {
		// The seeded run is open, and began now.
		await insertRuns(3, '91');
		await insertRuns(2, '89');
		await insertRuns(2, '91', null);
		expect(await run()).toEqual({ ...NOTHING, runs: 5 });
		expect(await idsOf('etl.sync_runs')).toEqual([
			...['harbour-run', 'run-89-1harbour-integration', 'run-89-2harbour-integration'],
		]);
		await database.admin.query("delete from etl.sync_runs where status = 'running'");
		await database.admin.query(
			"update etl.sync_runs set started_at = started_at - interval '1 year', finished_at = now() - interval '1 year'",
		);
		expect(await run()).toEqual({ ...NOTHING, runs: 1 });
		expect(await idsOf('etl.sync_runs')).toHaveLength(1);
		expect(await run()).toEqual(NOTHING);
	});

	it('stay while a state or an open rejected record names them', async () => {
		await insertRuns(3, '200');
		const name = (number: number) => `run-200-${number}harbour-integration`;
		await database.admin.query('update etl.stream_states set sync_run_id = $1', [name(2)]);
		await database.admin.query('update etl.rejected_records set sync_run_id = $1', [name(3)]);
		expect(await run()).toEqual({ ...NOTHING, runs: 1 });
		expect(await idsOf('etl.sync_runs')).toEqual(['harbour-run', name(2), name(3)]);
		await database.admin.query("update etl.rejected_records set resolved_at = now() - interval '1 day'");
		expect(await run()).toEqual({ ...NOTHING, runs: 1 });
		const { rows } = await database.admin.query('select sync_run_id from etl.rejected_records');
		expect(rows).toEqual([{ sync_run_id: null }]);
	});
});

it('rejected records end with the time since they were loaded, never while they are open', async () => {
	await database.admin.query(
		"update etl.rejected_records set first_seen_at = now() - interval '3 years', last_seen_at = first_seen_at",
	);
	expect(await run()).toEqual(NOTHING);
	await database.admin.query("update etl.rejected_records set resolved_at = now() - interval '89 days'");
	expect(await run()).toEqual(NOTHING);
	await database.admin.query("update etl.rejected_records set resolved_at = now() - interval '91 days'");
	expect(await run()).toEqual({ ...NOTHING, rejectedRecords: 1 });
});

it('ten thousand links, states and events leave nothing behind, in small transactions', async () => {
	const { admin } = database;
	await admin.query('delete from etl.connect_links; delete from etl.connection_events');
	await admin.query(`insert into etl.connect_links (id, tenant_id, provider, purpose, token_hash, expires_at)
		select 'link-' || n, 'harbour', 'xero', 'connect', 'made-up-' || n, now() - interval '8 days'
		from generate_series(1, 10000) n`);
	await admin.query(`insert into etl.connect_states
			(id, link_id, tenant_id, provider, state_hash, browser_hash, redirect_uri, expires_at)
		select 'state-' || n, 'link-' || n, 'harbour', 'xero', 'made-up-' || n, 'made-up', 'https://n8n.example/', now() - interval '8 days'
		from generate_series(1, 10000) n`);
	await admin.query(`insert into etl.connection_events (tenant_id, provider, event, created_at)
		select 'harbour', 'xero', 'failed', now() - interval '366 days' from generate_series(1, 10000)`);
	let pruned: unknown;
	const trips = await countTrips(async () => (pruned = await run()));
	expect(pruned).toEqual({ ...NOTHING, states: 10_000, links: 10_000, timeline: 10_000 });
	for (const table of ['connect_links', 'connect_states', 'connection_events'])
		expect(await idsOf(`etl.${table}`)).toEqual([]);
	// 33 batches and 2 empty ones, of four statements each.
	expect(trips).toBeLessThan(200);
});

it('a link stays while its session, its consent or its own time lasts', async () => {
	const { admin } = database;
	const links = await idsOf('etl.connect_links');
	const age = async (interval: string): Promise<void> =>
		void (await admin.query(
			`update etl.connect_links set expires_at = now() - $1::interval, session_until = null`,
			[interval],
		));
	await age('6 days');
	await admin.query("update etl.connect_states set expires_at = now() - interval '8 days'");
	expect(await run()).toEqual({ ...NOTHING, states: 1 });
	await age('8 days');
	await admin.query('update etl.connect_links set session_until = now()');
	expect(await run()).toEqual(NOTHING);
	expect(await idsOf('etl.connect_links')).toEqual(links);
	await age('8 days');
	expect(await run()).toEqual({ ...NOTHING, links: links.length });
});

describe('Sync: Prune', () => {
	const parameters = { runDays: 90, rejectedDays: 90, timelineDays: 365, linkDays: 7 };
	const operate = async (changes: object = {}) => {
		const context = nodeContext({
			database: database.settings,
			items: [{}, {}],
			parameters: { ...parameters, ...changes },
		});
		return { items: await integrationsOperations['sync:prune']!(context), hints: context.hints };
	};

	it('runs once, and says what it deleted', async () => {
		await insertRuns(2, '91');
		const { items, hints } = await operate();
		expect(items.map(({ json }) => json)).toEqual([{ ...NOTHING, runs: 2 }]);
		expect(hints.join()).toMatch(/^Deleted 2 runs, 0 resolved/);
	});

	it.each([0, -1, 1.5, Number.NaN, 1e9])('keeps everything where the days are %p', async (runDays) => {
		await insertRuns(2, '91');
		await expect(operate({ runDays })).rejects.toThrow(/days for runs is not valid, so nothing was deleted/);
		expect(await idsOf('etl.sync_runs')).toHaveLength(3);
	});
});
