import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Company } from '../sandbox/pipedrive/company';
import type { Deal } from '../sandbox/pipedrive/model';
import { imbalances, rowVersions } from '../support/database/stored';
import { publishConstantRates } from '../support/database/constant-rates';
import { leadDifferences } from '../support/expect/pipedrive';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let stages = 0;

async function expectEqualToSource(tenant: Tenant): Promise<void> {
	expect(await leadDifferences(stage.database.admin, stage.sandbox, tenant)).toEqual([]);
}

/** A deal that is there, was touched, and fits. */
function dealOf(company: Company, fits: (deal: Deal) => boolean = () => true): Deal {
	const deal = [...company.deals.values()].find(
		(one) => one.updated && !one.deleted && !one.archived && !one.hidden && fits(one),
	);
	if (!deal) throw new Error('The sandbox has no such deal.');
	return deal;
}

async function statusesOf(tenant: Tenant, deal: Deal): Promise<string[]> {
	const { rows } = await stage.database.admin.query<{ status: string }>(
		`select e.status from lead_events e join client_kpis k on k.id = e.client_kpi_id
		where k.tenant_id = $1 and e.lead_id = $2 order by e.event_date, e.external_id`,
		[tenant.id, String(deal.id)],
	);
	return rows.map(({ status }) => status);
}

describe('a deal that goes and comes', () => {
	let harbour: Tenant;
	let company: Company;

	beforeEach(async () => {
		stage = await syncStage(`pipedrive-deleted-${++stages}`, 'pipedrive');
		await publishConstantRates(stage.database.admin);
		harbour = await stage.scenario.connect('Harbour Group', 'harbour', 'pipedrive');
		company = stage.sandbox.pipedrive.company('harbour');
		await stage.sync();
	});

	afterEach(async () => {
		await stage.close();
	});

	it('is marked deleted with its value kept, once, and is open again after it was restored', async () => {
		const deal = dealOf(company, ({ status, path }) => status === 'open' && path.length > 1);
		company.delete(deal);
		const deleted = await stage.sync();
		expect(imbalances(deleted.runs.get('Harbour Group')!)).toEqual([]);
		expect((await statusesOf(harbour, deal)).at(-1)).toBe('deleted');
		await expectEqualToSource(harbour);
		const before = await rowVersions(stage.database.admin);
		await stage.sync();
		expect(await rowVersions(stage.database.admin)).toEqual(before);
		company.restore(deal);
		await stage.sync();
		expect((await statusesOf(harbour, deal)).at(-1)).not.toBe('deleted');
		await expectEqualToSource(harbour);
	});

	it('comes back also where nothing tells of it but that it is there', async () => {
		const deal = dealOf(company);
		company.delete(deal);
		await stage.sync();
		expect((await statusesOf(harbour, deal)).at(-1)).toBe('deleted');
		company.restore(deal, true);
		await dayLater();
		await stage.sync();
		await expectEqualToSource(harbour);
	});

	it('is found to be gone where it was merged into another', async () => {
		const deal = dealOf(company);
		deal.vanished = true;
		await dayLater(8);
		await stage.sync();
		expect((await statusesOf(harbour, deal)).at(-1)).toBe('deleted');
		await expectEqualToSource(harbour);
	});

	/** As if the last reading lay days back: the clock that Extract goes by is the machine's. */
	async function dayLater(days = 1): Promise<void> {
		await stage.database.admin.query(
			`update etl.stream_states set state = jsonb_set(jsonb_set(jsonb_set(state,
				'{restored,at}', to_jsonb(to_char(now() - $1 * interval '25 hours', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
				'{gone,at}', to_jsonb(to_char(now() - $1 * interval '25 hours', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))),
				'{added,began}', to_jsonb(to_char(now() - $1 * interval '25 hours', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))`,
			[days],
		);
	}
});
