import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Fault } from '../sandbox';
import type { Company } from '../sandbox/pipedrive/company';
import type { Deal } from '../sandbox/pipedrive/model';
import { everyRow, imbalances, rowVersions } from '../support/database/stored';
import { engineLog } from '../support/n8n/engine';
import { publishConstantRates } from '../support/database/constant-rates';
import { expectedFunnel, leadDifferences, storedFunnel } from '../support/expect/pipedrive';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
let stages = 0;

async function newStage(): Promise<void> {
	stage = await syncStage(`pipedrive-sync-${++stages}`, 'pipedrive');
	await publishConstantRates(stage.database.admin);
}

const connect = async (name: string, consent: string): Promise<Tenant> =>
	await stage.scenario.connect(name, consent, 'pipedrive');

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

describe('the bundled Pipedrive sync in n8n’s engine', () => {
	/** Of every execution, to be searched for secrets at the end. */
	const items: string[] = [];
	let harbour: Tenant;

	beforeAll(async () => {
		await newStage();
		harbour = await connect('Harbour Group', 'harbour');
		await connect('Southern Group', 'southern');
		await connect('Export Group', 'currencies');
		await connect('Naughty Group', 'naughty');
	});

	afterAll(async () => {
		await stage?.close();
	});

	async function sync() {
		const run = await stage.sync();
		items.push(JSON.stringify(run.runData));
		expect(run.error).toBeUndefined();
		for (const booked of run.runs.values()) expect(imbalances(booked)).toEqual([]);
		return run;
	}

	async function expectAllEqual(): Promise<void> {
		for (const tenant of stage.scenario.tenants) await expectEqualToSource(tenant);
	}

	it('loads every stage that every deal entered, each row as the sandbox says, to the cent', async () => {
		const { runs } = await sync();
		expect([...runs.keys()]).toEqual(['Export Group', 'Harbour Group', 'Naughty Group', 'Southern Group']);
		for (const run of runs.values()) {
			expect(run).toMatchObject({ status: 'succeeded', error: null, records: { rejected: 0, skipped: 0 } });
			expect(run.rows.inserted).toBeGreaterThan(10);
		}
		await expectAllEqual();
	});

	it('counts each deal’s money once in the funnel', async () => {
		expect(await storedFunnel(stage.database.admin, harbour)).toEqual(expectedFunnel(stage.sandbox, harbour));
	});

	it('writes no row the second time, and reads no history again', async () => {
		const before = await rowVersions(stage.database.admin);
		stage.sandbox.pipedrive.clearRequests();
		const { runs } = await sync();
		for (const run of runs.values()) {
			expect(run).toMatchObject({ status: 'succeeded', rows: { inserted: 0, updated: 0 } });
		}
		expect(await rowVersions(stage.database.admin)).toEqual(before);
		expect(stage.sandbox.pipedrive.requests.filter(({ path }) => path.endsWith('/flow'))).toEqual([]);
	});

	it('follows what happened since: moves, ends, other values, names and organizations, archives', async () => {
		const company = stage.sandbox.pipedrive.company('harbour');
		const open = (deal: Deal): boolean => deal.status === 'open';
		company.move(dealOf(company, open), 20);
		company.move(
			dealOf(company, (deal) => open(deal) && deal.stageId !== 20),
			20,
		);
		company.close(
			dealOf(company, (deal) => open(deal) && deal.path.length > 2),
			'won',
		);
		company.close(
			dealOf(company, (deal) => open(deal) && deal.stageId !== 20),
			'lost',
			undefined,
			'Timing',
		);
		company.reopen(dealOf(company, ({ status }) => status === 'lost'));
		company.revalue(
			dealOf(company, ({ id }) => id > 140),
			'0.10',
		);
		company.assign(
			dealOf(company, ({ id }) => id > 150),
			308,
		);
		company.archive(
			dealOf(company, ({ id }) => id > 160),
			true,
		);
		const { runs } = await sync();
		expect(runs.get('Harbour Group')).toMatchObject({ status: 'succeeded', rows: { rejected: 0 } });
		await expectAllEqual();
	});

	it('reads deals that change while they are read, with pages backwards and things twice', async () => {
		const company = stage.sandbox.pipedrive.company('harbour');
		stage.sandbox.pipedrive.faults.add({ kind: 'disordered', consent: 'harbour', count: 'always' });
		for (const id of [103, 112, 118]) company.revalue(company.deal(id), `${id}.55`);
		await sync();
		stage.sandbox.pipedrive.faults.clear();
		await expectAllEqual();
	});

	it('takes a stage’s new name for the deals that it reads again, and keeps the last one of a removed stage', async () => {
		const company = stage.sandbox.pipedrive.company('harbour');
		const [renamed, removed] = [12, 13];
		company.renameStage(renamed, 'Called otherwise now');
		for (const deal of company.deals.values()) {
			if (deal.stageId === removed) company.move(deal, renamed);
		}
		company.removeStage(removed);
		for (const deal of company.deals.values()) {
			const { path, title, deleted } = deal;
			const met = path.some(({ stageId }) => stageId === renamed || stageId === removed);
			if (met && !deleted) company.rename(deal, `${title} again`);
		}
		await sync();
		await expectAllEqual();
	});

	it('leaves no planted secret in items, errors, the log or the tables', async () => {
		const heard = [...items, await engineLog(), await everyRow(stage.database.admin)].join('\n');
		for (const known of ['"type":"ROW"', 'Start executing node', 'Harbour Group']) {
			expect(heard).toContain(known);
		}
		for (const secret of stage.scenario.secrets()) expect(heard).not.toContain(secret);
	});
});

describe('peculiarities of Pipedrive', () => {
	let harbour: Tenant;

	beforeEach(async () => {
		await newStage();
	});

	afterEach(async () => {
		await stage.close();
	});

	async function syncWith(...faults: Fault[]) {
		harbour = await connect('Harbour Group', 'harbour');
		stage.sandbox.pipedrive.faults.add(...faults);
		const { runs, error } = await stage.sync();
		expect(error).toBeUndefined();
		const run = runs.get('Harbour Group')!;
		expect(imbalances(run)).toEqual([]);
		return run;
	}

	it('a history that is nothing but null: it is asked for again', async () => {
		expect(await syncWith({ kind: 'nullFlow', count: 2 })).toMatchObject({ status: 'succeeded' });
		await expectEqualToSource(harbour);
	});

	it('pages backwards with things twice, from the first read on: the same rows', async () => {
		expect(await syncWith({ kind: 'disordered', count: 'always' })).toMatchObject({ status: 'succeeded' });
		await expectEqualToSource(harbour);
	});

	it('dealGone: that deal is skipped with a warning, the others land', async () => {
		const run = await syncWith({ kind: 'dealGone', path: '/deals/103/flow', count: 'always' });
		expect(run).toMatchObject({ status: 'partial', records: { skipped: 1, rejected: 0 } });
		expect(run.warnings).toContainEqual(expect.stringContaining('103 was skipped'));
		expect(await leadsOtherThan('103')).toEqual([]);
	});

	it('dealForbidden: that deal is rejected with the reason, the others land', async () => {
		const run = await syncWith({ kind: 'dealForbidden', path: '/deals/103/flow', count: 'always' });
		expect(run).toMatchObject({ status: 'partial', error: null, records: { skipped: 0, rejected: 1 } });
		const { rows } = await stage.database.admin.query(
			'select stage, record_id, reason_code, payload from etl.rejected_records where resolved_at is null',
		);
		expect(rows).toEqual([
			{ stage: 'extract', record_id: '103', reason_code: 'not_permitted', payload: null },
		]);
		expect(await leadsOtherThan('103')).toEqual([]);
	});

	it.each<[string, string, RegExp]>([
		['scopeMismatch', 'needs_consent', /scope recents:read/],
		['companyClosed', 'not_permitted', /not open/],
		['blocked', 'rate_limited', /gateway/],
	])('%s: %s, in words that help', async (kind, failureClass, words) => {
		const run = await syncWith({ kind, path: '/flow', count: 'always' });
		expect(run).toMatchObject({ error: { class: failureClass, message: expect.stringMatching(words) } });
	});

	it('a cursor that leads in circles: the next run tries again', async () => {
		const run = await syncWith({ kind: 'endlessCursor', path: '/api/v2/deals', count: 'always' });
		expect(run.error).toMatchObject({
			class: 'provider_unavailable',
			message: expect.stringContaining('pagination does not end'),
		});
	});

	it('a cursor that is no longer taken: the list begins anew', async () => {
		stage.sandbox.pipedrive.faults.add({ kind: 'cursorRefused', path: '/api/v2/deals', skip: 1 });
		const small = await connect('Small Group', 'small');
		const { runs } = await stage.sync();
		expect(runs.get('Small Group')?.status).toBe('succeeded');
		expect(stage.sandbox.pipedrive.faults.pending()).toEqual([]);
		await expectEqualToSource(small);
	});

	it('properties that nobody knows: all is read', async () => {
		expect(await syncWith({ kind: 'unknownFields', path: '/api/v2/deals', count: 'always' })).toMatchObject({
			status: 'succeeded',
			records: { rejected: 0 },
		});
		await expectEqualToSource(harbour);
	});

	it.each<[string, string]>([
		['fieldsRemoved', 'deal.stage_id'],
		['fieldTypesChanged', 'deal.is_deleted'],
		['unknownStatus', 'deal.status'],
	])('%s: what cannot be read is rejected with its path, and kept', async (kind, path) => {
		const run = await syncWith({ kind, path: '/api/v2/deals', count: 'always' });
		expect(run.status).toBe('partial');
		expect(run.records.rejected).toBeGreaterThan(5);
		const { rows } = await stage.database.admin.query<{ reason_path: string }>(
			'select distinct reason_path from etl.rejected_records where resolved_at is null',
		);
		expect(rows).toEqual([{ reason_path: path }]);
	});

	it('a day’s tokens that run out: what was read stays, and it goes on later', async () => {
		const small = await connect('Small Group', 'small');
		stage.sandbox.pipedrive.setLimits({ dayTokens: 5_500 });
		const { runs } = await stage.sync();
		const run = runs.get('Small Group')!;
		expect(run).toMatchObject({ status: 'partial', error: { class: 'rate_limited' } });
		expect(run.records.extracted).toBeGreaterThan(50);
		expect(run.records.extracted).toBeLessThan(110);
		expect(run.retryAt).not.toBeNull();
		expect(imbalances(run)).toEqual([]);
		expect((await stored(small)).length).toBeGreaterThan(50);
	});

	it('a currency of the company’s own: those deals are rejected with the reason, the others land', async () => {
		await connect('Barter Group', 'custom');
		const { runs } = await stage.sync();
		expect(runs.get('Barter Group')).toMatchObject({ status: 'partial' });
		const { rows } = await stage.database.admin.query<{ reason_code: string; reason_path: string }>(
			'select distinct reason_code, reason_path from etl.rejected_records where resolved_at is null',
		);
		expect(rows).toEqual([{ reason_code: 'unknown_currency', reason_path: 'deal.currency' }]);
	});

	it('names that no database holds: those deals are rejected, one with a name of a megabyte lands or is named', async () => {
		const company = stage.sandbox.pipedrive.company('harbour');
		const [nul, half, long] = [company.deal(103), company.deal(106), company.deal(109)];
		company.rename(nul, 'a NUL \u0000 within');
		company.rename(half, 'half a pair \ud83d');
		company.rename(long, 'long '.repeat(200_000));
		const run = await syncWith();
		expect(run).toMatchObject({ status: 'partial', records: { rejected: 2 } });
		expect(await stored(harbour)).toContain(String(long.id));
	});

	it('the host that all companies share: histories are found there too', async () => {
		stage.sandbox.pipedrive.setLimits({ commonHost: 1 });
		expect(await syncWith()).toMatchObject({ status: 'succeeded', records: { skipped: 0 } });
		await expectEqualToSource(harbour);
	});

	/** What differs from the source, but for the rows of one deal that was not read. */
	async function leadsOtherThan(leadId: string): Promise<string[]> {
		const differences = await leadDifferences(stage.database.admin, stage.sandbox, harbour);
		const others = differences.filter((difference) => !difference.startsWith(`deal:${leadId}:`));
		expect(others.length).toBeLessThan(differences.length);
		return others;
	}

	/** The ids of a tenant's leads that stand in the table. */
	async function stored(tenant: Tenant): Promise<string[]> {
		const { rows } = await stage.database.admin.query<{ lead: string }>(
			`select distinct e.lead_id as lead from lead_events e join client_kpis k on k.id = e.client_kpi_id
			where k.tenant_id = $1`,
			[tenant.id],
		);
		return rows.map(({ lead }) => lead);
	}
});
