import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { bookedRuns, financialsOf, imbalances, rowVersions, type Figures } from '../support/database/stored';
import { differences } from '../support/expect/differences';
import { expectedFinancials } from '../support/expect/financials';
import type { EngineRun } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let seeds = 0;
beforeEach(async () => {
	stage = await syncStage(`replay-${++seeds}`);
});
afterEach(async () => {
	await stage.close();
});

async function replay(): Promise<EngineRun> {
	const run = await stage.scenario.run('zixly-replay-rejected');
	expect(run.error).toBeUndefined();
	return run;
}

const hintsOf = ({ runData }: EngineRun): string[] =>
	(runData.Replay?.[0]?.hints ?? []).map(({ message }) => message);

/** Open and resolved records, as `<open>/<resolved>`, with the attempts that they took. */
async function rejected(tenant: Tenant): Promise<{ open: number; resolved: number; attempts: number[] }> {
	const { rows } = await stage.database.admin.query<{ open: boolean; attempts: number }>(
		'select resolved_at is null as open, attempts from etl.rejected_records where tenant_id = $1',
		[tenant.id],
	);
	const open = rows.filter((row) => row.open).length;
	const attempts = [...new Set(rows.map((row) => row.attempts))];
	return { open, resolved: rows.length - open, attempts };
}

async function lastSync({ integrationId }: Tenant): Promise<unknown> {
	const { rows } = await stage.database.admin.query(
		'select last_sync_at, (select jsonb_agg(s order by s) from etl.stream_states s where integration_id = i.id) as states from integrations i where id = $1',
		[integrationId],
	);
	return rows[0];
}

/** Two Australian dollars for a New Zealand one, so that the converted cents are exact. */
async function publishRates(): Promise<void> {
	await stage.database.admin.query(
		`insert into etl.exchange_rates (base, quote, rate_date, rate, source)
		select 'AUD', 'NZD', day, 0.5, 'rba' from generate_series(current_date - 450, current_date, '1 day') day`,
	);
}

function doubled(figures: Map<string, Figures>): Map<string, Figures> {
	const twice = (text: string): string => ((Math.round(Number(text) * 100) * 2) / 100).toFixed(2);
	return new Map(
		[...figures].map(([id, { revenue, expenses, netProfit, cashFlow }]) => [
			id,
			{
				revenue: twice(revenue),
				expenses: twice(expenses),
				netProfit: twice(netProfit),
				cashFlow: twice(cashFlow),
			},
		]),
	);
}

describe('records that lacked an exchange rate', () => {
	it('stay listed with one more attempt while there is none, and are loaded once there is', async () => {
		const kiwi = await stage.scenario.connect('Kiwi Group', 'kiwi');
		await stage.scenario.connect('Southern Group', 'southern');
		await stage.sync();
		expect(await rejected(kiwi)).toEqual({ open: 13, resolved: 0, attempts: [1] });

		await replay();
		expect(await rejected(kiwi)).toEqual({ open: 13, resolved: 0, attempts: [2] });
		const before = await lastSync(kiwi);

		await publishRates();
		const { executionId } = await replay();
		const [run, ...others] = await bookedRuns(stage.database.admin, executionId);
		expect(others).toEqual([]);
		expect(run).toMatchObject({
			tenant: 'Kiwi Group',
			status: 'succeeded',
			records: { extracted: 13, normalised: 13, rejected: 0, filtered: 0 },
			rows: { produced: 13, inserted: 13, rejected: 0 },
		});
		expect(imbalances(run!)).toEqual([]);
		expect(await rejected(kiwi)).toEqual({ open: 0, resolved: 13, attempts: [2] });
		expect(await financialsOf(stage.database.admin, kiwi)).toEqual(
			doubled(expectedFinancials(stage.sandbox, kiwi)),
		);
		// A replay is no sync: what is due, and how far it was read, stays as it was.
		expect(await lastSync(kiwi)).toEqual(before);
	});

	it('are replayed once: the second time there is nothing to do', async () => {
		const kiwi = await stage.scenario.connect('Kiwi Group', 'kiwi');
		await stage.sync();
		await publishRates();
		await replay();
		const [rows, runs] = [await rowVersions(stage.database.admin), await bookedRuns(stage.database.admin)];
		const again = await replay();
		expect(again.items('Replay')).toEqual([]);
		expect(hintsOf(again)).toEqual([expect.stringMatching(/none of the chosen records is open/)]);
		expect(await rowVersions(stage.database.admin)).toEqual(rows);
		expect(await bookedRuns(stage.database.admin)).toHaveLength(runs.length);
		expect((await rejected(kiwi)).resolved).toBe(13);
	});

	it('wait while their connection is being synced, and the person is told', async () => {
		const kiwi = await stage.scenario.connect('Kiwi Group', 'kiwi');
		await stage.sync();
		await publishRates();
		await stage.database.admin.query(
			"update etl.sync_runs set status = 'running', finished_at = null, lease_until = now() + interval '1 hour'",
		);
		const busy = await replay();
		expect(hintsOf(busy)).toEqual([
			expect.stringMatching(
				/^Kiwi Group \(Xero\): 13 records were not replayed, because this connection has been syncing since/,
			),
		]);
		expect(await rejected(kiwi)).toMatchObject({ open: 13 });
	});
});

describe('rows that the database refused', () => {
	it('are loaded once it takes them, and the sums hold', async () => {
		const { admin } = stage.database;
		await admin.query(
			"alter table financials add constraint made_up check (date_part('month', record_date) <> 3)",
		);
		const southern = await stage.scenario.connect('Southern Group', 'southern');
		await stage.sync();
		expect(await rejected(southern)).toEqual({ open: 2, resolved: 0, attempts: [1] });

		const refused = await replay();
		const [first] = await bookedRuns(admin, refused.executionId);
		expect(first).toMatchObject({
			status: 'partial',
			records: { extracted: 2, normalised: 2 },
			rows: { produced: 2, inserted: 0, rejected: 2 },
		});
		expect(await rejected(southern)).toEqual({ open: 2, resolved: 0, attempts: [2] });

		await admin.query('alter table financials drop constraint made_up');
		const { executionId } = await replay();
		const [run] = await bookedRuns(admin, executionId);
		expect(run).toMatchObject({ status: 'succeeded', rows: { produced: 2, inserted: 2, rejected: 0 } });
		expect([first, run].flatMap((one) => imbalances(one!))).toEqual([]);
		expect(await rejected(southern)).toMatchObject({ open: 0, resolved: 2 });
		expect(await differences(admin, stage.sandbox, southern)).toEqual([]);
	});
});
