import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { WorkflowFile } from '../support/checkout';
import type { StoredCredential } from '../support/credentials';
import { testDatabase, type TestDatabase } from '../support/database';
import { closeEngine, runWorkflow, type EngineRun } from '../support/n8n-engine';
import { june, profitAndLoss } from '../unit/xero-fixtures';
import { rawMonth } from '../unit/xero-months';

const NODE = 'Transform & Normalize';
const POSTGRES = { zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' } };

let database: TestDatabase;
let credentials: StoredCredential[];

beforeAll(async () => {
	database = await testDatabase();
	const { settings } = database;
	const data = { ...settings, ca: '', maxConnections: 2 };
	credentials = [{ id: 'zixlyPostgres', name: 'Zixly Postgres', type: 'zixlyPostgresApi', data }];
	await database.admin.query(
		`insert into etl.exchange_rates (base, quote, rate_date, rate, source) values ('AUD', 'NZD', '2026-06-30', 1.1, 'rba')`,
	);
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
	{ parameters = {}, credential = false, onError }: Case = {},
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

const record = (changes: object = {}): object => ({ ...rawMonth(june()).json, ...changes });
const kiwi = record({ account: { ...rawMonth(june()).json.account, currency: 'NZD' } });
const bad = record({ record: june(profitAndLoss('does-not-add-up')) });
const state = {
	...rawMonth(june()).envelope,
	type: 'STATE',
	state: {},
	hasMore: false,
	counts: { extracted: 3 },
};

const LOOSE = {
	provider: 'xero',
	stream: 'monthlyFinancials',
	tenantId: { __rl: true, mode: 'id', value: 'tenant-1' },
	accountId: 'organisation-1',
	accountTimezone: 'Australia/Sydney',
	accountCurrency: 'AUD',
};

describe('Transform & Normalize in n8n’s engine', () => {
	it('puts messages out in order, paired, with copies of what it rejected', async () => {
		const newer = { type: 'NEWER', tenantId: 'tenant-1', syncRunId: null };
		const result = await run([record(), bad, newer, kiwi, state], {
			credential: true,
		});
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

	it('rejects what needs a rate where it has no credential to read it with', async () => {
		const result = await run([kiwi]);
		expect(result.error).toBeUndefined();
		expect(outputOf(result, 0)[0]?.json).toMatchObject({
			type: 'REJECTED',
			reason: { code: 'rate_missing' },
		});
	});

	it('takes raw records with the parameters that complete them, fixed or by expression', async () => {
		const parameters = {
			...LOOSE,
			accountName: '={{ $json.name }}',
			tenantId: { __rl: true, mode: 'id', value: '={{ $json.owner }}' },
			recordsAt: 'data.months',
		};
		const items = ['a', 'b'].map((owner) => ({ owner, name: `Client ${owner}`, data: { months: [june()] } }));
		const rows = outputOf(await run(items, { parameters }), 0).map(({ json }) => json);
		expect(rows).toMatchObject([
			{ type: 'ROW', tenantId: 'a', client: { clientName: 'Client a' }, syncRunId: null },
			{ type: 'ROW', tenantId: 'b', client: { clientName: 'Client b' }, integrationId: null },
		]);
	});

	it('takes the tenant’s bare ID as well, as Postgres Upsert does', async () => {
		const [row] = outputOf(await run([june()], { parameters: { ...LOOSE, tenantId: 'tenant-1' } }), 0);
		expect(row?.json).toMatchObject({ type: 'ROW', tenantId: 'tenant-1', accountId: 'organisation-1' });
	});

	it.each([
		[{}, 'Item 1: The item is no message of a Zixly node', /Provider/],
		[{ ...LOOSE, accountId: '={{ $json.nothing }}' }, 'Item 1: The item has no account', /Account ID/],
		[{ ...LOOSE }, 'Item 1: The item has no month', /Period/],
	])('refuses what it cannot place with %j, naming the item', async (parameters, message, toDo) => {
		const monthless = { ...june(), month: undefined };
		const result = await run([record(), monthless], { parameters });
		expect(result.error?.message).toBe(message);
		expect(result.error?.description).toMatch(toDo);
	});

	it('goes on without it where it is set to continue', async () => {
		const result = await run([{ lost: true }, record()], { onError: 'continueRegularOutput' });
		expect(outputOf(result, 0).map(({ json }) => json.type)).toEqual(['ROW']);
		expect(outputOf(result, 1)[0]?.json).toMatchObject({ type: 'REFUSED', item: 0, record: { lost: true } });
	});

	it.each([
		[{ options: { reportingCurrency: 'dollars' } }, 'Reporting Currency is "dollars"'],
		[{ options: { maxRateAge: -1 } }, 'Max Rate Age is "-1"'],
		[
			{ options: { sectionMap: { sections: [{ title: ' ', countsAs: 'income' }] } } },
			'Section Map has an entry without a title',
		],
	])('refuses the option %j', async (parameters, message) => {
		expect((await run([record()], { parameters })).error?.message).toBe(message);
	});

	it('uses the section map', async () => {
		const options = { sectionMap: { sections: [{ title: ' APPROPRIATIONS', countsAs: 'expense' }] } };
		const input = [record({ record: june(profitAndLoss('unknown-section')) })];
		const [row] = outputOf(await run(input, { parameters: { options } }), 0);
		expect(row?.json.row).toMatchObject({ revenue: '100.00', expenses: '25.00' });
	});

	it.each([
		[{ staleAfter: 0 }, 'Stale After is "0"'],
		[{ recomputeDays: 1.5 }, 'Recompute Days is "1.5"'],
		[{ stageMap: { stages: [{ stage: ' ', means: 'won' }] } }, 'Stage Map has an entry without a stage'],
	])('refuses the option %j', async (options, message) => {
		expect((await run([record()], { parameters: { options } })).error?.message).toBe(message);
	});

	it('refuses an item of a user’s own with a type of another meaning, and takes it where its provider is told', async () => {
		const own = { type: 'report', ...june() };
		expect((await run([own])).error?.message).toBe('Item 0: The item is no message of a Zixly node');
		const [row] = outputOf(await run([own], { parameters: LOOSE }), 0);
		expect(row?.json).toMatchObject({ type: 'ROW', recordId: '2026-06' });
	});

	it('reads each parameter once for 20,000 raw records', async () => {
		const items = Array.from({ length: 20_000 }, () => ({ months: [] }));
		const result = await run(items, { parameters: { ...LOOSE, recordsAt: 'months' } });
		expect(result.error).toBeUndefined();
		expect(result.durationMs).toBeLessThan(5_000);
	});
});
