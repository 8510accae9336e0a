import { beforeEach, describe, expect, it } from '@jest/globals';

import type { LoadClient, LoadDeletion, LoadRow, LoadState } from '../../../db/load/input';
import { imbalances } from '../../../nodes/shared/counts';
import { useDatabase } from '../../support/database/use-database';
import { dealGone, dealRows, entriesOf, funnelOf, type DealCopy } from '../../support/database/leads';
import {
	countsOf,
	countOutcomes,
	loadTarget,
	rejectionsOf,
	type LoadTarget,
} from '../../support/database/loading';

const at = (day: number): string => `2026-11-${String(day).padStart(2, '0')}T00:00:00.000Z`;
const BAKERY: LoadClient = { externalId: 'portal:7', clientName: 'Bakery', industry: null };
const BREWERY: LoadClient = { externalId: 'portal:8', clientName: 'Brewery', industry: null };

const database = useDatabase();
let target: LoadTarget;
beforeEach(async () => {
	target = await loadTarget(database, undefined, 'hubspot');
});

const load = async (rows: LoadRow[], deletions: LoadDeletion[] = [], states: LoadState[] = []) =>
	await target.load(rows, { deletions, states });
const loadDeal = async (copy: DealCopy) => await load(dealRows(copy));
const funnel = async () => await funnelOf(database, target.tenantId);
const versions = async () => (await entriesOf(database, target.tenantId)).map(({ written }) => written);

const V = { lead: '1', version: at(5), stages: ['A', 'B', 'C'] };

describe('a deleted lead', () => {
	it('is marked at its latest entry, keeps its value, and is marked once', async () => {
		await load([...dealRows(V), ...dealRows({ ...V, lead: '2' })]);
		expect(countOutcomes(await load([], [dealGone('1', at(9))]))).toEqual({ updated: 1 });
		expect(await funnel()).toEqual([
			'portal 1 A passed -',
			'portal 1 B passed -',
			'portal 1 C deleted 100.00',
			'portal 2 A passed -',
			'portal 2 B passed -',
			'portal 2 C active 100.00',
		]);
		const before = await versions();
		expect(countOutcomes(await load([], [dealGone('1', at(9)), dealGone('1', at(10))]))).toEqual({
			unchanged: 2,
		});
		expect(await versions()).toEqual(before);
		expect((await entriesOf(database, target.tenantId)).map(({ deletedAt }) => deletedAt)).toEqual([
			...[null, null, at(9), null, null, null],
		]);
	});

	it('is that of the tenant, the provider and the account alone', async () => {
		await load([...dealRows(V), ...dealRows({ ...V, accountId: 'portal-2', client: BAKERY })]);
		const other = await loadTarget(database, 'Other', 'hubspot');
		const gone = [dealGone('1', at(9)), dealGone('unheard-of', at(9))];
		expect(countOutcomes(await other.load([], { deletions: gone }))).toEqual({ unchanged: 2 });
		const elsewhere = dealGone('1', at(9), { accountId: 'portal-3' });
		expect(countOutcomes(await load([], [elsewhere]))).toEqual({ unchanged: 1 });
		const pipedrive = await loadTarget(database, '', 'pipedrive', target.tenantId);
		expect(countOutcomes(await pipedrive.load([], { deletions: [dealGone('1', at(9))] }))).toEqual({
			unchanged: 1,
		});
		await load([], [dealGone('1', at(9))]);
		expect((await funnel()).filter((line) => line.includes('deleted'))).toEqual([
			'portal 1 C deleted 100.00',
		]);
	});

	it('is found with whichever client it is', async () => {
		await loadDeal({ ...V, client: BAKERY });
		expect(countOutcomes(await load([], [dealGone('1', at(9))]))).toEqual({ updated: 1 });
	});

	it('is restored by its next copy, although that was not modified', async () => {
		await loadDeal(V);
		const before = (await entriesOf(database, target.tenantId)).map(({ metadata }) => metadata);
		await load([], [dealGone('1', at(9))]);
		expect(countOutcomes(await loadDeal(V))).toEqual({ unchanged: 2, updated: 1 });
		const after = await entriesOf(database, target.tenantId);
		expect(after.map(({ metadata }) => metadata)).toEqual(before);
		expect(after[2]).toMatchObject({ status: 'active', value: '100.00', deletedAt: null });
	});

	it('stays deleted where an older copy comes late', async () => {
		await loadDeal(V);
		await load([], [dealGone('1', at(9))]);
		await loadDeal({ ...V, version: at(4), stages: ['A', 'B'], value: '5.00' });
		expect((await funnel())[2]).toBe('portal 1 C deleted 100.00');
	});

	it('was restored where a copy of it is newer than the word that it is gone', async () => {
		await loadDeal({ ...V, version: at(12) });
		expect(countOutcomes(await load([], [dealGone('1', at(9))]))).toEqual({ unchanged: 1 });
		expect((await funnel())[2]).toBe('portal 1 C active 100.00');
	});

	it('may come in the chunk of its rows', async () => {
		expect(countOutcomes(await load(dealRows(V), [dealGone('1', at(9))]))).toEqual({
			inserted: 3,
			updated: 1,
		});
		expect((await funnel())[2]).toBe('portal 1 C deleted 100.00');
	});

	it.each([
		[{ leadId: '' }, 'missing_value', 'leadId'],
		[{ leadId: undefined }, 'missing_value', 'leadId'],
		[{ leadId: 'a\0' }, 'untranslatable_character', 'leadId'],
		[{ leadId: { $ne: 1 } }, 'wrong_type', 'leadId'],
		[{ deletedAt: 'yesterday' }, 'invalid_datetime', 'deletedAt'],
		[{ accountId: '' }, 'missing_value', 'accountId'],
		[{ table: 'financials' }, 'unknown_table', 'table'],
		[{ table: 'custom_metrics' }, 'missing_value', 'client'],
	])(
		'is rejected with the reason and kept when it has %j, and the others are done',
		async (wrong, code, path) => {
			await loadDeal(V);
			const gone = [dealGone('1', at(9), { recordId: 'wrong', ...(wrong as object) }), dealGone('1', at(9))];
			expect(countOutcomes(await load([], gone))).toEqual({ rejected: 1, updated: 1 });
			expect(await rejectionsOf(database, target.tenantId)).toMatchObject([
				{ recordId: 'wrong', stage: 'load', code, path },
			]);
		},
	);

	it('closes the open rejection of its record', async () => {
		const reason = { code: 'x', path: '', message: 'Wrong.' };
		const rejected = { ...dealGone('1', at(9)), stage: 'transform' as const, reason, record: {} };
		await target.load([], { rejected: [rejected] });
		await load([], [dealGone('1', at(9))]);
		expect(await rejectionsOf(database, target.tenantId)).toMatchObject([{ resolved: true }]);
	});
});

describe('a metric that has no value any more', () => {
	beforeEach(async () => {
		target = await loadTarget(database, undefined, 'asana');
	});

	const metric = (metricName: string, recordDate: string, client = BAKERY): LoadRow => ({
		...{ stream: 'projects', accountId: 'workspace', recordId: '7' },
		table: 'custom_metrics',
		client,
		row: {
			...{ metricName, metricValue: '1.0000', unit: null, recordDate, sourceSystem: 'asana' },
			metadata: { _src: { recordId: '7', stream: 'projects', accountId: 'workspace', syncRunId: 'run' } },
		},
	});
	const gone = (metricName: string, recordDate: string, client = BAKERY): LoadDeletion => ({
		...{ stream: 'projects', accountId: 'workspace', recordId: '7' },
		...{ table: 'custom_metrics', client, metricName, recordDate },
	});
	const metrics = async () =>
		(
			await database.admin.query<{ line: string }>(
				`select concat_ws(' ', k.client_id, m.metric_name, to_char(m.record_date at time zone 'UTC', 'DD')) as line
				from custom_metrics m join client_kpis k on k.id = m.client_kpi_id where k.tenant_id = $1 order by 1`,
				[target.tenantId],
			)
		).rows.map(({ line }) => line);

	it('goes, and no other; where there is none nothing is done, and no client is made', async () => {
		const rows = [metric('on_time_rate', at(1)), metric('on_time_rate', at(2)), metric('throughput', at(1))];
		await load([...rows, metric('on_time_rate', at(1), BREWERY)]);
		const result = await load(
			[],
			[
				gone('on_time_rate', at(1)),
				gone('on_time_rate', '2026-11-03T00:00:00Z'),
				gone('on_time_rate', at(1), { ...BAKERY, externalId: 'nobody' }),
			],
		);
		expect(result.outcomes).toEqual(['updated', 'unchanged', 'unchanged']);
		const other = await loadTarget(database, '', 'hubspot', target.tenantId);
		expect(countOutcomes(await other.load([], { deletions: [gone('on_time_rate', at(2))] }))).toEqual({
			unchanged: 1,
		});
		expect(await metrics()).toEqual([
			'asana:portal:7 on_time_rate 02',
			'asana:portal:7 throughput 01',
			'asana:portal:8 on_time_rate 01',
		]);
		expect(countOutcomes(await load([], [gone('on_time_rate', at(1))]))).toEqual({ unchanged: 1 });
		const { rowCount } = await database.admin.query(
			"select from client_kpis where tenant_id = $1 and client_id like '%nobody'",
			[target.tenantId],
		);
		expect(rowCount).toBe(0);
	});

	it('goes from the client that its project is linked to', async () => {
		await load([metric('throughput', at(1), BREWERY), metric('throughput', at(1))]);
		await database.admin.query(
			`insert into etl.client_links (tenant_id, provider, external_id, client_kpi_id)
			select $1, 'asana', 'portal:7', id from client_kpis where tenant_id = $1 and client_id = 'asana:portal:8'`,
			[target.tenantId],
		);
		expect(countOutcomes(await load([], [gone('throughput', at(1))]))).toEqual({ updated: 1 });
		expect(await metrics()).toEqual(['asana:portal:7 throughput 01']);
	});
});

describe('a lead that belongs to another client now', () => {
	it('moves there with all its rows, whichever the copy brings again', async () => {
		await load([...dealRows({ ...V, client: BAKERY }), ...dealRows({ ...V, lead: '2', client: BAKERY })]);
		await loadDeal({ ...V, version: at(6), stages: ['A', 'C', 'D'], client: BREWERY });
		expect(await funnel()).toEqual([
			'portal:8 1 A passed -',
			'portal:8 1 B passed -',
			'portal:8 1 C passed -',
			'portal:8 1 D active 100.00',
			'portal:7 2 A passed -',
			'portal:7 2 B passed -',
			'portal:7 2 C active 100.00',
		]);
	});

	it('moves, and is deleted, where the tenant has few or many clients with leads', async () => {
		const last: string[] = [];
		for (let others = 6; others <= 10; others++) {
			target = await loadTarget(database, `${others} others`, 'hubspot');
			const clients = Array.from({ length: others }, (_, n) => ({ ...BAKERY, externalId: `other:${n}` }));
			await load(clients.flatMap((client, n) => dealRows({ ...V, lead: `other-${n}`, client })));
			await loadDeal({ ...V, client: BAKERY });
			await loadDeal({ ...V, version: at(6), client: BREWERY });
			await load([], [dealGone('1', at(9))]);
			last.push(...(await funnel()).filter((line) => / 1 C /.test(line)));
		}
		expect(last).toEqual(Array(5).fill('portal:8 1 C deleted 100.00'));
	});

	it('moves although its version is the same, as when Client Per was changed', async () => {
		await loadDeal(V);
		expect(countOutcomes(await loadDeal({ ...V, client: BAKERY }))).toEqual({ unchanged: 3 });
		expect(await funnel()).toEqual([
			'portal:7 1 A passed -',
			'portal:7 1 B passed -',
			'portal:7 1 C active 100.00',
		]);
	});

	it('does not move back with an older copy', async () => {
		await loadDeal({ ...V, client: BREWERY });
		const result = await loadDeal({ ...V, version: at(4), stages: ['A', 'B'], client: BAKERY });
		expect(countOutcomes(result)).toEqual({ unchanged: 1, superseded: 1 });
		expect((await funnel()).every((line) => line.startsWith('portal:8'))).toBe(true);
	});

	it('goes where the newest of its copies in a chunk belongs', async () => {
		const newer = dealRows({ ...V, client: BREWERY });
		await load([...newer, ...dealRows({ ...V, version: at(4), stages: ['A', 'B'], client: BAKERY })]);
		expect(await funnel()).toEqual([
			'portal:8 1 A passed -',
			'portal:8 1 B passed -',
			'portal:8 1 C active 100.00',
		]);
	});

	it('comes together where its rows stood with two clients, in each others’ way', async () => {
		await load([...dealRows({ ...V, client: BAKERY }), ...dealRows({ ...V, lead: '2', client: BREWERY })]);
		const { rowCount } = await database.admin.query(
			`insert into lead_events (id, client_kpi_id, event_date, lead_id, stage, value, status, source_system, external_id, metadata)
			select t.id || 'x', o.id, event_date, lead_id, stage, 7, status, source_system, external_id, metadata
			from lead_events t join client_kpis k on k.id = t.client_kpi_id, client_kpis o
			where k.tenant_id = $1 and o.tenant_id = $1 and o.client_id = 'hubspot:portal:8' and t.external_id = 'deal:1:B'`,
			[target.tenantId],
		);
		expect(rowCount).toBe(1);
		await loadDeal({ ...V, client: BREWERY });
		expect((await funnel()).filter((line) => line.includes(' 1 '))).toEqual([
			'portal:8 1 A passed -',
			'portal:8 1 B passed -',
			'portal:8 1 C active 100.00',
		]);
	});

	it('leaves the rows of a user’s own, and those of another account, where they are', async () => {
		await loadDeal({ ...V, accountId: '', client: BAKERY });
		await loadDeal({ ...V, accountId: 'portal-2', client: BREWERY });
		await loadDeal({ ...V, accountId: '' });
		expect((await funnel()).map((line) => line.split(' ')[0]).sort()).toEqual([
			...[
				'portal',
				'portal',
				'portal',
				'portal:7',
				'portal:7',
				'portal:7',
				'portal:8',
				'portal:8',
				'portal:8',
			],
		]);
	});
});

describe('an entry that the provider does not give any more', () => {
	it('has passed, so that the deal’s money counts once', async () => {
		await loadDeal({ ...V, metadata: { fx: { value: '90' }, lastActivityAt: at(1), title: 'A deal' } });
		await loadDeal({ ...V, version: at(6), stages: ['B', 'D'], value: '250.00' });
		const lines = ['portal 1 A passed -', 'portal 1 B passed -', 'portal 1 C passed -'];
		expect(await funnel()).toEqual([...lines, 'portal 1 D active 250.00']);
		const [, , third] = await entriesOf(database, target.tenantId);
		expect(third?.metadata).toEqual({ stageId: 'C', title: 'A deal' });
	});

	it('has passed where the deal has no version, too', async () => {
		await loadDeal({ ...V, version: null });
		await loadDeal({ ...V, version: null, stages: ['A'] });
		expect(await funnel()).toEqual([
			'portal 1 A active 100.00',
			'portal 1 B passed -',
			'portal 1 C passed -',
		]);
	});

	it('passes although it comes late, with an older copy', async () => {
		await loadDeal({ ...V, version: at(6), stages: ['A', 'D'] });
		await loadDeal(V);
		expect(await funnel()).toEqual([
			'portal 1 A passed -',
			'portal 1 B passed -',
			'portal 1 C passed -',
			'portal 1 D active 100.00',
		]);
	});

	it('ends right where the deal’s rows come in two chunks', async () => {
		await loadDeal(V);
		const rows = dealRows({ ...V, version: at(6), stages: ['A', 'D', 'E'] });
		await load(rows.slice(0, 2));
		await load(rows.slice(2));
		expect((await funnel()).filter((line) => !line.includes('passed'))).toEqual(['portal 1 E active 100.00']);
	});

	it('is nothing to write where nothing changed', async () => {
		await loadDeal(V);
		await loadDeal({ ...V, version: at(6), stages: ['A', 'D'] });
		const before = await versions();
		const again = dealRows({ ...V, version: at(6), stages: ['A', 'D'] });
		expect(countOutcomes(await load(again))).toEqual({ unchanged: 2 });
		expect(await versions()).toEqual(before);
	});

	it('a user’s own entry keeps its status, whatever that means', async () => {
		await loadDeal({ ...V, accountId: '', status: 'contacted' });
		await loadDeal({ ...V, accountId: '', status: 'invited', stages: ['A', 'D'] });
		expect((await funnel()).filter((line) => !line.includes('passed'))).toEqual([
			'portal 1 C contacted 100.00',
			'portal 1 D invited 100.00',
		]);
	});
});

describe('an open lead that nobody has touched', () => {
	const state = (staleBefore: string, changes: Partial<LoadState> = {}): LoadState => ({
		...{ stream: 'deals', accountId: 'portal' },
		...{ state: { at: 1 }, counts: {}, rowsArrived: 0, ageing: { staleBefore } },
		...changes,
	});
	const touched = (lead: string, day: number, more: Partial<DealCopy> = {}) =>
		dealRows({ ...V, lead, metadata: { lastActivityAt: at(day) }, ...more });

	it('is marked stale, counted beside the rows’ outcomes, and stays so when it is read again unchanged', async () => {
		const rows = [...touched('1', 3), ...touched('2', 4), ...touched('3', 1, { status: 'won' })];
		const asking = state(at(4), {
			rowsArrived: 9,
			counts: { extracted: 3, normalised: 3, rows: { produced: 9 } },
		});
		const result = await load(rows, [], [asking]);
		expect([...result.aged.values()]).toEqual([1]);
		expect((await funnel()).filter((line) => !line.includes('passed'))).toEqual([
			'portal 1 C stale 100.00',
			'portal 2 C active 100.00',
			'portal 3 C won 100.00',
		]);
		const { deals } = (await countsOf(database, target.syncRunId)) as Record<
			string,
			Parameters<typeof imbalances>[1]
		>;
		expect(deals?.rows).toMatchObject({ produced: 9, inserted: 9, aged: 1 });
		expect(imbalances('deals', deals!)).toEqual([]);
		const before = await versions();
		expect(countOutcomes(await load(touched('1', 3, { status: 'stale' }), [], [state(at(4))]))).toEqual({
			unchanged: 3,
		});
		expect(await versions()).toEqual(before);
	});

	it('is that of the account alone', async () => {
		await load([...touched('1', 1), ...touched('2', 1, { accountId: 'portal-2', client: BAKERY })]);
		await load([], [], [state(at(4)), state(at(9), { accountId: 'portal-9' })]);
		const pipedrive = await loadTarget(database, '', 'pipedrive', target.tenantId);
		await pipedrive.load([], { states: [state(at(9), { accountId: 'portal-2' })] });
		expect((await funnel()).filter((line) => !line.includes('passed'))).toEqual([
			'portal 1 C stale 100.00',
			'portal:7 2 C active 100.00',
		]);
		const other = await loadTarget(database, 'Other', 'hubspot');
		const { aged } = await other.load([], { states: [state(at(9), { accountId: 'portal-2' })] });
		expect([...aged.values()]).toEqual([0]);
	});
});
