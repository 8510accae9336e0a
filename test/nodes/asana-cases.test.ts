import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { imbalances } from '../support/database/stored';
import { metricDifferences, metricsOf } from '../support/expect/asana';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

// Projects as people have them: /work/shared/cases/crm-and-database.md, by its numbers.

const ZONE = 'Australia/Sydney';

let stage: SyncStage;
let seeds = 0;
beforeEach(async () => {
	stage = await syncStage(`asana-cases-${++seeds}`, 'asana', { asana: { minute: 10_000 } });
});
afterEach(async () => {
	await stage.close();
});

async function sync({ name }: Tenant) {
	await stage.database.admin.query('update integrations set last_sync_at = null');
	const { runs, error } = await stage.sync();
	expect(error).toBeUndefined();
	const run = runs.get(name)!;
	expect(imbalances(run)).toEqual([]);
	return run;
}

const connect = async (consent: string): Promise<Tenant> =>
	await stage.scenario.connect('Harbour', consent, 'asana', { timezone: ZONE });

const expectEqualToSource = async (tenant: Tenant): Promise<void> =>
	expect(await metricDifferences(stage.database.admin, stage.sandbox, tenant, ZONE)).toEqual([]);

describe('case 20: a list that breaks off', () => {
	it.each(['reset', 'cutConnection'])(
		'is read whole where its second page is lost twice: %s',
		async (kind) => {
			const tenant = await connect('harbour');
			const { asana } = stage.sandbox;
			const { gid } = asana.projectNamed('harbour', 'Website Relaunch');
			asana.faults.add({ kind, month: gid, skip: 1, count: 2 });
			expect(await sync(tenant)).toMatchObject({ status: 'succeeded', error: null });
			expect(asana.faults.pending()).toEqual([]);
			await expectEqualToSource(tenant);
		},
	);

	it('is not taken for the whole where its second page never comes', async () => {
		const tenant = await connect('harbour');
		const { asana } = stage.sandbox;
		const { gid } = asana.projectNamed('harbour', 'Website Relaunch');
		asana.faults.add({ kind: 'reset', month: gid, skip: 1, count: 'always' });
		expect((await sync(tenant)).status).not.toBe('succeeded');
		const keys = [...(await metricsOf(stage.database.admin, tenant.id)).keys()];
		expect(keys.filter((key) => key.includes(gid))).toEqual([]);
		asana.faults.clear();
		await stage.database.admin.query('update etl.rejected_records set ask_again_at = now()');
		await sync(tenant);
		await expectEqualToSource(tenant);
	});
});

describe('case 21: one of two workspaces forbids', () => {
	it('has the other one read, says which, and keeps the connection', async () => {
		const tenant = await connect('southern');
		const { asana } = stage.sandbox;
		asana.faults.add({ kind: 'forbidden', path: '/projects' });
		const run = await sync(tenant);
		expect(asana.faults.pending()).toEqual([]);
		expect(run).toMatchObject({
			status: 'partial',
			records: { extracted: 2 },
			error: { class: 'not_permitted' },
		});
		const { rows } = await stage.database.admin.query<{ status: string; account: string }>(
			`select i.status::text, r.error ->> 'accountId' as account from integrations i
			join etl.sync_runs r on r.integration_id = i.id`,
		);
		const [studio, labs] = asana.workspaces('southern').map(({ gid }) => gid);
		expect(rows).toEqual([{ status: 'ACTIVE', account: expect.stringMatching(`^(${studio}|${labs})$`) }]);
		expect((await sync(tenant)).status).toBe('succeeded');
		await expectEqualToSource(tenant);
	});
});
