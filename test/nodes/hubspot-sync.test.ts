import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { HubSpotSandbox } from '../sandbox';
import { everyRow, imbalances, rowVersions } from '../support/database/stored';
import { publishConstantRates } from '../support/database/constant-rates';
import { expectedRows, funnelOf, type RowLine } from '../support/expect/hubspot';
import { leadRowsOf } from '../support/expect/lead-rows';
import { mapDifferences } from '../support/expect/map-differences';
import { engineLog } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

const CONSENTS = ['harbour', 'southern', 'atlantic'];
const DAY_MS = 86_400_000;

describe('the bundled HubSpot sync in n8n’s engine', () => {
	let stage: SyncStage;
	let hubspot: HubSpotSandbox;
	/** Of every execution, to be searched for secrets at the end. */
	const items: string[] = [];

	beforeAll(async () => {
		stage = await syncStage('hubspot-sync', 'hubspot');
		({ hubspot } = stage.sandbox);
		await publishConstantRates(stage.database.admin);
		for (const consent of CONSENTS) await stage.scenario.connect(`Tenant ${consent}`, consent, 'hubspot');
	});

	afterAll(async () => {
		await stage?.close();
	});

	async function sync(options?: Parameters<SyncStage['sync']>[0]) {
		const run = await stage.sync(options);
		items.push(JSON.stringify(run.runData));
		expect(run.error).toBeUndefined();
		expect([...run.runs.values()].flatMap(imbalances)).toEqual([]);
		return run;
	}

	function expectedOf(
		{ consent }: Tenant,
		known: (leadId: string) => boolean = () => true,
	): Map<string, RowLine> {
		const staleBefore = new Date(Date.now() - 30 * DAY_MS).toISOString();
		const deals = [...hubspot.books(consent).expected()].filter(({ leadId }) => known(leadId));
		return expectedRows(deals, { portalCurrency: hubspot.portal(consent).currency, staleBefore });
	}

	/** How the tables differ from what the portals hold. */
	async function differences(): Promise<string[]> {
		const all = stage.scenario.tenants.map(async (tenant) =>
			mapDifferences(expectedOf(tenant), await leadRowsOf(stage.database.admin, tenant.id)),
		);
		return (await Promise.all(all)).flat();
	}

	const harbour = () => hubspot.books('harbour');

	it('loads every deal of three portals with its stages, as the sandbox’s own books have them', async () => {
		const { runs } = await sync();
		for (const consent of CONSENTS) {
			const deals = hubspot.portal(consent).deals;
			expect(runs.get(`Tenant ${consent}`)).toMatchObject({
				status: 'succeeded',
				records: { extracted: deals, normalised: deals },
				error: null,
				warnings: [],
			});
		}
		expect(await differences()).toEqual([]);
	});

	it('has a funnel that counts each deal and its money once', async () => {
		for (const tenant of stage.scenario.tenants) {
			const { rows } = await stage.database.admin.query<{ key: string; deals: number; cents: string }>(
				`select l.stage || ' | ' || l.status as key, count(*)::int as deals, (coalesce(sum(l.value), 0) * 100)::bigint::text as cents
				from lead_events l join client_kpis c on c.id = l.client_kpi_id
				where c.tenant_id = $1 and l.status <> 'passed' group by 1`,
				[tenant.id],
			);
			const found = rows.map(({ key, deals, cents }) => [key, { deals, cents: BigInt(cents) }]);
			expect(new Map(found as never)).toEqual(funnelOf(expectedOf(tenant).values()));
			const deals = rows.reduce((sum, row) => sum + row.deals, 0);
			expect(deals).toBe(hubspot.portal(tenant.consent).deals);
		}
	});

	it('calls each portal by its domain', async () => {
		const { rows } = await stage.database.admin.query(
			'select client_id, client_name from client_kpis order by client_name',
		);
		const clients = CONSENTS.map((consent) => hubspot.portal(consent)).map(({ hubId, domain }) => ({
			client_id: `hubspot:${hubId}`,
			client_name: domain,
		}));
		expect(rows).toEqual(clients.sort((a, b) => (a.client_name < b.client_name ? -1 : 1)));
	});

	it('writes no row the second time', async () => {
		const before = await rowVersions(stage.database.admin);
		hubspot.clearRequests();
		const { runs } = await sync();
		for (const run of runs.values()) {
			expect(run).toMatchObject({ status: 'succeeded', rows: { inserted: 0, updated: 0 } });
		}
		expect(await rowVersions(stage.database.admin)).toEqual(before);
		// Per portal: what the token is for, the details, the search and the recycle bin.
		expect(hubspot.requests).toHaveLength(4 * CONSENTS.length);
	});

	it('brings over what was edited, moved, made and changed its currency or company', async () => {
		const [first, second, third, fourth, ...others] = harbour().ids();
		const isContractSent = (id: number): boolean =>
			harbour().deals.get(id)?.entries.at(-1)?.stageId === 'contractsent';
		harbour().edit(first!, { cents: 987_654, currency: 'JPY' });
		harbour().moveStage(second!, 'closedlost');
		harbour().moveStage(third!, 'qualifiedtobuy');
		harbour().moveStage(others.find(isContractSent)!, 'closedlost');
		harbour().edit(fourth!, { cents: null });
		harbour().create('contractsent', { cents: 12_345 });
		const { runs } = await sync();
		expect(runs.get('Tenant harbour')?.records.extracted).toBe(6);
		expect(await differences()).toEqual([]);
	});

	it('takes pages that are shuffled, repeated and overlapping, with fields that nobody knows', async () => {
		const before = await rowVersions(stage.database.admin);
		await stage.database.admin.query(`update etl.stream_states set state = '{}'`);
		for (const kind of ['shuffledResults', 'repeatedResults', 'unknownFields']) {
			hubspot.faults.add({ kind, path: '/deals', consent: 'harbour', count: 3 });
		}
		hubspot.faults.add({ kind: 'fieldTypesChanged', path: '/batch', consent: 'southern', count: 'always' });
		hubspot.setLimits({ shortPages: 1 });
		const { runs } = await sync();
		hubspot.clear();
		expect(runs.get('Tenant harbour')?.status).toBe('succeeded');
		expect(await differences()).toEqual([]);
		expect(await rowVersions(stage.database.admin)).toEqual(before);
	});

	it('renames a stage in the deals that are read again, and keeps the label of one that was removed', async () => {
		const books = hubspot.books('southern');
		const [first, second] = books.ids().filter((id) => {
			const stages = books.deal(id).entries.map(({ stageId }) => stageId);
			return stages.length > 1 && stages[0] === 'appointmentscheduled' && stages.at(-1) !== stages[0];
		});
		books.renameStage('appointmentscheduled', 'Met');
		books.edit(first!, { cents: 1 });
		await sync();
		expect(await labelOf(first!)).toBe('Met');
		expect(await labelOf(second!)).toBe('Appointment Scheduled');
		books.removeStage('appointmentscheduled');
		books.edit(first!, { cents: 2 });
		await sync();
		expect(await labelOf(first!)).toBe('Met');
	});

	async function labelOf(deal: number): Promise<string | undefined> {
		const { rows } = await stage.database.admin.query<{ stage: string }>(
			`select stage from lead_events where lead_id = $1 and external_id like '%:appointmentscheduled:%'`,
			[String(deal)],
		);
		return rows[0]?.stage;
	}

	it('loses nothing of an edit that stamps a thousand deals with the same millisecond', async () => {
		const tenant = await stage.scenario.connect('Tenant large', 'large', 'hubspot');
		const books = hubspot.books('large');
		await sync();
		books.bulkEdit(books.ids(), { cents: 55_500 });
		books.edit(books.ids(1)[0]!, { cents: 7 });
		await sync();
		const found = await leadRowsOf(stage.database.admin, tenant.id);
		expect(mapDifferences(expectedOf(tenant), found)).toEqual([]);
	});

	it('leaves no planted secret in items, errors, the log or the tables', async () => {
		const heard = [...items, await engineLog(), await everyRow(stage.database.admin)].join('\n');
		for (const known of ['"type":"ROW"', 'Start executing node', 'Tenant harbour'])
			expect(heard).toContain(known);
		for (const secret of stage.scenario.secrets()) expect(heard).not.toContain(secret);
	});
});
