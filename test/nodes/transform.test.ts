import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createTenant } from '../../db/integrations/tenants';
import type { WorkflowFile } from '../support/checkout';
import type { StoredCredential } from '../support/n8n/credentials';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { closeEngine, runWorkflow, type EngineRun } from '../support/n8n/engine';
import { june, profitAndLoss } from '../unit/providers/xero/fixtures';
import { rawMonth } from '../unit/providers/xero/months';

const NODE = 'Transform & Normalize';
const POSTGRES = { zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' } };

let database: TestDatabase;
let credentials: StoredCredential[];
/** The ids of two tenants. */
let harbour: string;
let southern: string;

beforeAll(async () => {
	database = await testDatabase();
	const { settings } = database;
	const data = { ...settings, ca: '', maxConnections: 2 };
	credentials = [{ id: 'zixlyPostgres', name: 'Zixly Postgres', type: 'zixlyPostgresApi', data }];
	await database.admin.query(
		`insert into etl.exchange_rates (base, quote, rate_date, rate, source) values ('AUD', 'NZD', '2026-06-30', 1.1, 'rba')`,
	);
	({ id: harbour } = await createTenant(database.pool, { name: 'Harbour Group' }));
	({ id: southern } = await createTenant(database.pool, { name: 'Southern Group' }));
});
afterAll(async () => {
	await closeEngine();
	await database.close();
});

interface Case {
	parameters?: IDataObject;
	credential?: boolean;
	onError?: 'continueRegularOutput';
}

async function run(
	input: object[],
	{ parameters = {}, credential = true, onError }: Case = {},
): Promise<EngineRun> {
	const workflow: WorkflowFile = {
		id: 'transform',
		name: 'Transform',
		nodes: [
			{
				id: '1',
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: {},
			},
			{
				id: '2',
				name: NODE,
				type: 'n8n-nodes-zixly.transformNormalize',
				typeVersion: 1,
				position: [200, 0],
				parameters: parameters as never,
				...(credential && { credentials: POSTGRES }),
				...(onError && { onError }),
			},
		],
		connections: { Start: { main: [[{ node: NODE, type: 'main', index: 0 }]] } },
		settings: {},
	};
	return await runWorkflow(workflow, { credentials, input: input as IDataObject[] });
}

const outputOf = (result: EngineRun, output: number): INodeExecutionData[] =>
	result.runData[NODE]?.[0]?.data?.main?.[output] ?? [];

/** Raw records of a user's own, with what completes them. */
const own = (more: IDataObject = {}): IDataObject => ({
	input: 'items',
	provider: 'xero',
	stream: 'monthlyFinancials',
	tenantFrom: 'node',
	tenantId: { __rl: true, mode: 'id', value: harbour },
	accountId: 'organisation-1',
	accountTimezone: 'Australia/Sydney',
	accountCurrency: 'AUD',
	...more,
});

/** A run that an execution of this workflow by hand left open: the next one takes it over with its messages. */
async function openedRun(): Promise<string> {
	const [row] = outputOf(await run([june()], { parameters: own() }), 0);
	expect(row?.json).toMatchObject({ type: 'ROW', tenantId: harbour });
	return row?.json.syncRunId as string;
}

const record = (syncRunId: string, changes: object = {}): object => ({
	...rawMonth(june()).json,
	tenantId: harbour,
	syncRunId,
	...changes,
});
const inDollarsOf = (currency: string) => ({ account: { ...rawMonth(june()).json.account, currency } });

describe('Transform & Normalize in n8n’s engine', () => {
	it('puts messages out in order, paired, with copies of what it rejected', async () => {
		const syncRunId = await openedRun();
		const about = { ...rawMonth(june()).envelope, tenantId: harbour, syncRunId };
		const bad = record(syncRunId, { record: june(profitAndLoss('does-not-add-up')) });
		const newer = { type: 'NEWER', tenantId: harbour, syncRunId };
		const state = { ...about, type: 'STATE', state: {}, hasMore: false, counts: { extracted: 3 } };
		const input = [record(syncRunId), bad, newer, record(syncRunId, inDollarsOf('NZD')), state];
		const result = await run(input);
		expect(result.error).toBeUndefined();
		const messages = outputOf(result, 0);
		expect(messages.map(({ json }) => json.type)).toEqual(['REJECTED', 'NEWER', 'ROW', 'STATE']);
		expect(messages.map(({ pairedItem }) => pairedItem)).toEqual([1, 2, 3, 4].map((item) => ({ item })));
		expect(messages[2]?.json.row).toMatchObject({ revenue: '10000.00', currency: 'AUD' });
		expect(messages[3]?.json.counts).toEqual({
			extracted: 3,
			normalised: 2,
			rejected: 1,
			filtered: 0,
			rows: { produced: 2, deduplicated: 1 },
		});
		const copies = outputOf(result, 1);
		expect(copies.map(({ json }) => json)).toEqual([messages[0]?.json]);
		expect(copies[0]?.json).not.toBe(messages[0]?.json);
	});

	it('rejects what needs a rate that the database does not have', async () => {
		const result = await run([record(await openedRun(), inDollarsOf('USD'))]);
		expect(result.error).toBeUndefined();
		expect(outputOf(result, 0)[0]?.json).toMatchObject({
			type: 'REJECTED',
			reason: { code: 'rate_missing' },
		});
	});

	it('does nothing without a credential to look up runs and rates with', async () => {
		const result = await run([june()], { parameters: own(), credential: false });
		expect(result.error?.message).toBe('Node does not have any credentials set');
		expect(outputOf(result, 0)).toEqual([]);
	});

	it('takes raw records with the parameters that complete them, fixed or by expression', async () => {
		const parameters = own({
			accountName: '={{ $json.name }}',
			tenantId: { __rl: true, mode: 'id', value: '={{ $json.owner }}' },
			recordsAt: 'data.months',
		});
		const owners = { a: harbour, b: southern };
		const items = Object.entries(owners).map(([name, owner]) => ({
			...{ owner, name: `Client ${name}`, data: { months: [june()] } },
		}));
		const rows = outputOf(await run(items, { parameters }), 0).map(({ json }) => json);
		const runId = expect.stringMatching(/./);
		expect(rows.slice(0, 2)).toMatchObject([
			{ type: 'ROW', tenantId: harbour, client: { clientName: 'Client a' }, syncRunId: runId },
			{ type: 'ROW', tenantId: southern, client: { clientName: 'Client b' }, integrationId: null },
		]);
		expect(rows[0]?.syncRunId).not.toBe(rows[1]?.syncRunId);
		const { rows: runs } = await database.admin.query(
			'select id, tenant_id, provider, status from etl.sync_runs where id = any ($1)',
			[rows.slice(0, 2).map(({ syncRunId }) => syncRunId)],
		);
		const open = { provider: 'xero', status: 'running' };
		expect(runs).toHaveLength(2);
		expect(runs).toEqual(
			expect.arrayContaining([
				{ id: rows[0]?.syncRunId, tenant_id: harbour, ...open },
				{ id: rows[1]?.syncRunId, tenant_id: southern, ...open },
			]),
		);
	});

	it('takes the tenant’s bare ID as well, as Postgres Upsert does', async () => {
		const [row] = outputOf(await run([june()], { parameters: own({ tenantId: harbour }) }), 0);
		expect(row?.json).toMatchObject({ type: 'ROW', tenantId: harbour, accountId: 'organisation-1' });
	});

	it.each([
		[{ accountId: '={{ $json.account }}' }, 'Item 1: The item has no account', /Account ID/],
		[{}, 'Item 1: The item has no month', /Period/],
		[{ tenantId: '={{ $json.owner }}' }, 'Item 1: The item has no tenant', /Tenant/],
		[{ tenantFrom: 'field', tenantField: 'owner' }, 'Item 1: The item has no tenant', /Tenant/],
	])('refuses what it cannot place with %j, naming the item', async (parameters, message, toDo) => {
		const placed = { ...june(), account: 'organisation-1', owner: harbour };
		const result = await run([placed, { ...june(), month: undefined }], { parameters: own(parameters) });
		expect(result.error?.message).toBe(message);
		expect(result.error?.description).toMatch(toDo);
	});

	it('refuses what is not a message of a run, naming the item', async () => {
		const result = await run([record(await openedRun()), june()]);
		expect(result.error?.message).toBe('Item 1 is not a message of a run');
		expect(result.error?.description).toMatch(/set Input to Items/);
	});

	it('goes on without it where it is set to continue', async () => {
		const input = [{ lost: true }, record(await openedRun())];
		const result = await run(input, { onError: 'continueRegularOutput' });
		expect(outputOf(result, 0).map(({ json }) => json.type)).toEqual(['ROW']);
		expect(outputOf(result, 1)[0]?.json).toMatchObject({ type: 'REJECTED', item: 0, record: { lost: true } });
	});

	it.each([
		[{ options: { reportingCurrency: 'dollars' } }, 'Reporting Currency "dollars" is not a currency'],
		[{ options: { maxRateAge: -1 } }, 'Max Rate Age is "-1"'],
		[
			{ options: { sectionMap: { sections: [{ title: ' ', countsAs: 'income' }] } } },
			'Section Map has an entry without a title',
		],
	])('refuses the option %j', async (parameters, message) => {
		expect((await run([june()], { parameters: own(parameters) })).error?.message).toBe(message);
	});

	it('uses the section map', async () => {
		const options = { sectionMap: { sections: [{ title: ' APPROPRIATIONS', countsAs: 'expense' }] } };
		const input = [june(profitAndLoss('unknown-section'))];
		const [row] = outputOf(await run(input, { parameters: own({ options }) }), 0);
		expect(row?.json.row).toMatchObject({ revenue: '100.00', expenses: '25.00' });
	});

	it.each([
		[{ staleAfter: 0 }, 'Stale After is "0"', { provider: 'pipedrive', stream: 'deals' }],
		[{ recomputeDays: 1.5 }, 'Recompute Days is "1.5"', { provider: 'asana', stream: 'projects' }],
		[
			{ stageMap: { stages: [{ stage: ' ', means: 'won' }] } },
			'Stage Map has an entry without a stage',
			{ provider: 'hubspot', stream: 'deals' },
		],
	])('refuses the option %j', async (options, message, more) => {
		expect((await run([june()], { parameters: own({ options, ...more }) })).error?.message).toBe(message);
	});

	it('refuses an item of a user’s own with a type of another meaning, and takes it where its input is told', async () => {
		const report = { type: 'report', ...june() };
		expect((await run([report])).error?.message).toBe('Item 0 is not a message of a run');
		const [row] = outputOf(await run([report], { parameters: own() }), 0);
		expect(row?.json).toMatchObject({ type: 'ROW', recordId: '2026-06' });
	});

	it('reads each parameter once for 20,000 raw records', async () => {
		const items = Array.from({ length: 20_000 }, () => ({ months: [] }));
		const result = await run(items, { parameters: own({ recordsAt: 'months' }) });
		expect(result.error).toBeUndefined();
		expect(result.parameterReads).toBeLessThan(500);
	});
});
