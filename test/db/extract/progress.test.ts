import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { renewLeases } from '../../../db/runs/claim';
import { listRuns } from '../../../db/runs/list';
import { startProgress, type RunProgress } from '../../../db/runs/progress';
import { systemClock } from '../../../nodes/engine/contract/ports';
import { integrationsOperations } from '../../../nodes/Integrations/operations';
import { startSandbox, type Sandbox } from '../../sandbox';
import { useDatabase } from '../../support/database/use-database';
import { Extraction } from '../../support/engine/extraction';
import { nodeContext } from '../../support/n8n/node-context';

const database = useDatabase();
let sandbox: Sandbox;
let extraction: Extraction;

beforeAll(async () => {
	sandbox = await startSandbox({ seed: 'progress', xero: { minute: 10_000 } });
	extraction = new Extraction(database.pool, sandbox);
	// Everything that is ever written, since a read is quicker than a person.
	await database.admin.query(`create table written (at serial, progress jsonb);
		create function write_down() returns trigger language plpgsql security definer as
			$$ begin insert into public.written (progress) values (new.progress); return null; end $$;
		create trigger write_down after update of progress on etl.sync_runs for each row execute function write_down()`);
});
afterAll(async () => {
	await sandbox?.close();
});

/** Every renewal is due: each look at the clock is 6 seconds later. */
function hurriedClock() {
	let now = Date.now();
	return { ...systemClock, now: () => new Date((now += 6_000)), sleep: async () => await Promise.resolve() };
}

async function written(): Promise<RunProgress[]> {
	const { rows } = await database.admin.query<{ progress: RunProgress }>(
		'select progress from written order by at',
	);
	await database.admin.query('truncate written');
	return rows.map(({ progress }) => progress);
}

describe('the progress of a run', () => {
	it('is written with each renewal: account, stream, month and records, and kept at the end', async () => {
		const tenant = await extraction.connect('Harbour Group', 'harbour');
		const runs = await extraction.claim(tenant);
		await extraction.read(runs, { clock: hurriedClock(), budget: { maxMinutes: 1_440 } });
		const all = await written();
		const at = all.filter(({ month }) => month !== null);
		expect(at[0]).toMatchObject({
			account: 1,
			accounts: 2,
			stream: 'monthlyFinancials',
			month: 1,
			months: 13,
		});
		const months = at.filter(({ account }) => account === 2).map(({ month }) => month!);
		expect(new Set(months).size).toBeGreaterThan(2);
		expect(months).toEqual(months.toSorted((a, b) => a - b));
		const records = all.map((one) => one?.records ?? 0);
		expect(records).toEqual(records.toSorted((a, b) => a - b));
		expect(all.at(-1)).toMatchObject({ account: 2, accounts: 2, records: 26 });
		const asked = sandbox.xero.requests.filter(({ path }) => path.includes('/Reports/')).length;
		expect(all.at(-1)!.calls).toBeGreaterThanOrEqual(asked);
		const [run] = await listRuns(database.pool, { limit: 1 });
		expect(run?.progress).toEqual(all.at(-1));
	});

	it('costs no statement besides the renewals, and one at the end', async () => {
		const tenant = await extraction.connect('Southern Group', 'southern');
		const runs = await extraction.claim(tenant);
		await written();
		await extraction.read(runs);
		// The clock stands still for five seconds: one renewal as reading begins, one as it ends.
		expect((await written()).length).toBeLessThanOrEqual(2 + Math.ceil(60 / 5));
	});

	it('is shown by Get Runs in words', async () => {
		const { rows } = await database.admin.query<{ id: string }>(
			"select id from etl.sync_runs where status = 'running' order by started_at desc, id desc limit 1",
		);
		const names = { accountName: 'Kiwi Ltd', stream: 'monthlyFinancials' };
		const progress = {
			...startProgress(),
			...names,
			account: 3,
			accounts: 12,
			month: 7,
			months: 13,
			records: 120,
		};
		await renewLeases(database.pool, [rows[0]!.id], new Map([[rows[0]!.id, progress]]));
		const parameters = { limit: 1, filters: {}, simplify: true };
		const context = nodeContext({ database: database.settings, items: [{}], parameters });
		const [item] = await integrationsOperations['sync:getRuns']!(context);
		expect(item?.json).toMatchObject({
			status: 'Running',
			message: 'Account 3 of 12 (Kiwi Ltd), monthlyFinancials, month 7 of 13, 120 records so far',
			read: 120,
		});
	});

	it.each([
		['long names', { accountName: 'x'.repeat(100_000), stream: 's'.repeat(100_000) }],
		['text that cannot be stored', { accountName: '\ud800\0'.repeat(500), stream: '\u0001"\\'.repeat(500) }],
		['an emoji at the cut', { accountName: `${'x'.repeat(79)}🙂🙂`, stream: '🙂'.repeat(200) }],
	])('is bounded and never keeps a lease from being renewed: %s', async (_, names) => {
		const { rows } = await database.admin.query<{ id: string }>(
			`update etl.sync_runs set lease_until = now(), progress = null where status = 'running' returning id`,
		);
		const ids = rows.map(({ id }) => id);
		const progress = new Map(
			ids.map((id) => [id, { ...startProgress(), ...names, account: 1, accounts: 1 }]),
		);
		expect(await renewLeases(database.pool, ids, progress)).toEqual(new Set(ids));
		const { rows: renewed } = await database.admin.query<{ late: boolean; account: number }>(
			`select lease_until < now() + interval '14 minutes' as late, (progress ->> 'account')::int as account
			from etl.sync_runs where status = 'running'`,
		);
		expect(renewed).toEqual(ids.map(() => ({ late: false, account: 1 })));
	});
});
