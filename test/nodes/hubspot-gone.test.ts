import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { HubSpotSandbox } from '../sandbox';
import { imbalances, rowVersions } from '../support/database/stored';
import { bundledWorkflow } from '../support/checkout';
import { expectedRows } from '../support/expect/hubspot';
import { leadRowsOf } from '../support/expect/lead-rows';
import { mapDifferences } from '../support/expect/map-differences';
import { runWorkflow } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

const DAY_MS = 86_400_000;

describe('deals of HubSpot that were deleted, restored, merged or given to another company', () => {
	let stage: SyncStage;
	let hubspot: HubSpotSandbox;
	let tenant: Tenant;

	beforeAll(async () => {
		stage = await syncStage('hubspot-gone', 'hubspot');
		({ hubspot } = stage.sandbox);
		tenant = await stage.scenario.connect('Harbour Group', 'harbour', 'hubspot');
		await stage.scenario.connect('Odd Group', 'odd', 'hubspot');
		await sync();
	});

	afterAll(async () => {
		await stage?.close();
	});

	async function sync(): Promise<void> {
		const { runs, error } = await stage.sync();
		expect(error).toBeUndefined();
		expect([...runs.values()].flatMap(imbalances)).toEqual([]);
	}

	/** How the tables differ from what the portal holds. */
	async function differences(): Promise<string[]> {
		const staleBefore = new Date(Date.now() - 30 * DAY_MS).toISOString();
		const expected = expectedRows(harbour().expected(), { portalCurrency: 'AUD', staleBefore });
		return mapDifferences(expected, await leadRowsOf(stage.database.admin, tenant.id));
	}

	const harbour = () => hubspot.books('harbour');

	const query = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
		(await stage.database.admin.query<Row & Record<string, unknown>>(text, values)).rows;

	it('marks what was deleted, and takes it back when it is restored', async () => {
		const [first, second] = harbour().ids();
		harbour().delete(first!);
		harbour().delete(second!);
		await sync();
		expect(await differences()).toEqual([]);
		harbour().restore(first!);
		await sync();
		expect(await differences()).toEqual([]);
		const { rows } = await stage.database.admin.query(
			`select lead_id, metadata ->> 'deletedAt' as at from lead_events where metadata ? 'deletedAt'`,
		);
		const at = new Date(harbour().deal(second!).archivedAt!).toISOString();
		expect(rows).toEqual([{ lead_id: String(second), at }]);
	});

	it.each([
		['answer as the deal that they went into', 0],
		['are gone', 1],
	])('follows deals that were merged and %s', async (_name, mergedAreGone) => {
		hubspot.setLimits({ mergedAreGone });
		const [first, second] = harbour().ids();
		const into = harbour().merge(first!, second!);
		await sync();
		expect(await differences()).toEqual([]);
		const before = await rowVersions(stage.database.admin);
		harbour().edit(into, { name: 'Merged' });
		await sync();
		const changed = [...(await rowVersions(stage.database.admin))].filter(
			([row, at]) => before.get(row) !== at,
		);
		expect(changed).toHaveLength(1);
	});

	it('belong to their companies where that is chosen, with their names, and move there with all their rows', async () => {
		await stage.database.admin.query(`update etl.stream_states set state = '{}'`);
		await syncPerCompany();
		const clients = await query<{ id: string; name: string; leads: number }>(
			`select c.client_id as id, c.client_name as name, count(distinct l.lead_id)::int as leads
			from client_kpis c join lead_events l on l.client_kpi_id = c.id group by 1, 2`,
		);
		const { oddities } = stage.sandbox.hubspot;
		const { hubId } = stage.sandbox.hubspot.portal('odd');
		const byId = new Map(clients.map((client) => [client.id, client]));
		for (const [id, name] of oddities.names) {
			const client = byId.get(`hubspot:${hubId}:${9_100_000 + id}`);
			expect([client?.name === name, client?.leads]).toEqual([true, 1]);
		}
		const twice = await query(
			'select lead_id from lead_events group by 1 having count(distinct client_kpi_id) > 1',
		);
		expect(twice).toEqual([]);
	});

	it('move to the company that they were given since', async () => {
		const books = stage.sandbox.hubspot.books('odd');
		const [id] = [...stage.sandbox.hubspot.oddities.names.keys()];
		books.edit(id!, { companyId: 9_000_002 });
		await syncPerCompany();
		const clients = await query<{ id: string }>(
			`select distinct c.client_id as id from client_kpis c join lead_events l on l.client_kpi_id = c.id where l.lead_id = $1`,
			[String(id)],
		);
		expect(clients.map((client) => client.id.split(':').at(-1))).toEqual(['9000002']);
	});

	/** The bundled workflow with another option of Transform & Normalize. */
	async function syncPerCompany(): Promise<void> {
		const workflow = structuredClone(bundledWorkflow('zixly-sync-hubspot'));
		const transform = workflow.nodes.find(({ name }) => name === 'Transform & Normalize')!;
		const options: INodeParameters = { clientPer: 'company' };
		transform.parameters = { ...transform.parameters, options };
		const { error } = await runWorkflow(workflow, { credentials: stage.scenario.credentials });
		expect(error).toBeUndefined();
	}
});
