import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { createTenant, listTenants } from '../../db/integrations/tenants';
import { requireFromCheckout, type WorkflowFile } from '../support/checkout';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { seedTenant } from '../support/database/tenant-rows';
import { closeEngine, runWorkflow, type EngineRun } from '../support/n8n/engine';
import { AGENT_TYPE } from '../support/n8n/engine-nodes';

let database: TestDatabase;
beforeAll(async () => {
	database = await testDatabase();
	for (const tenant of ['mine', 'theirs']) await seedTenant(database.admin, tenant);
});
afterAll(async () => {
	await closeEngine();
	await database.close();
});

/** Everything that the operations tried below would change. */
async function readState(): Promise<unknown> {
	const { rows } = await database.admin.query(
		`select (select json_agg(t order by t.id) from tenants t) as tenants,
			(select json_agg(p) from etl.paused_tenants p) as paused,
			(select json_agg(r order by r.id) from etl.sync_runs r) as runs,
			(select json_agg(r.rolname) from pg_roles r where r.rolname = 'made_by_an_agent') as logins`,
	);
	return rows;
}

type Way = 'invoke' | 'request' | 'internal';

/** An agent with the node as its tool; or, as n8n's own agents run it, the node itself. */
function workflowFor(way: Way, node: string, parameters: IDataObject): WorkflowFile {
	const place = { typeVersion: 1, position: [0, 0] as [number, number] };
	const type = `n8n-nodes-zixly.${node}${way === 'internal' ? '' : 'Tool'}`;
	const credentials = { zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' } };
	const next = (name: string, kind: string) => [[{ node: name, type: kind, index: 0 }]];
	return {
		id: 'agent-test',
		name: 'Agent test',
		nodes: [
			{ ...place, id: '1', name: 'By Hand', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
			{ ...place, id: '2', name: 'Agent', type: AGENT_TYPE, parameters: { way } },
			{ ...place, id: '3', name: 'Tool', type, parameters, credentials },
		],
		settings: { executionOrder: 'v1' },
		connections:
			way === 'internal'
				? { 'By Hand': { main: next('Tool', 'main') } }
				: { 'By Hand': { main: next('Agent', 'main') }, Tool: { ai_tool: next('Agent', 'ai_tool') } },
	} as unknown as WorkflowFile;
}

async function use(way: Way, node: string, parameters: IDataObject): Promise<EngineRun> {
	const data = { ...database.settings, ca: '', maxConnections: 5 };
	const credential = { id: 'zixlyPostgres', name: 'Zixly Postgres', type: 'zixlyPostgresApi', data };
	const mode = way === 'internal' ? 'internal' : 'manual';
	return await runWorkflow(workflowFor(way, node, parameters), {
		credentials: [credential] as never,
		input: [{}],
		mode,
	});
}

/** Everything that the agent, the tool and the execution said. */
const wordsOf = ({ error, runData }: EngineRun): string => JSON.stringify([error, runData]);

const WAYS: Way[] = ['invoke', 'request', 'internal'];
const mine = { tenantId: { __rl: true, mode: 'id', value: 'mine' } };
const range = { from: '2020-01-01', to: '2029-12-31', groupBy: 'year' };

describe.each(WAYS)('an agent’s tool, run by n8n’s way %s', (way) => {
	it.each<[node: string, parameters: IDataObject, words: RegExp]>([
		['database', { resource: 'tenant', operation: 'getAll' }, /mine.+theirs/],
		['database', { resource: 'client', operation: 'getAll', ...mine }, /mine/],
		['database', { resource: 'kpi', operation: 'getFinancials', ...mine, ...range }, /netProfit/],
		['database', { resource: 'kpi', operation: 'getFunnel', ...mine, ...range }, /conversionPercent/],
		[
			'database',
			{ resource: 'kpi', operation: 'getFinancials', ...mine, from: '2001-01', to: '2001-12' },
			/Nothing stored is not the same as zero/,
		],
		['integrations', { resource: 'sync', operation: 'getHealth' }, /mine/],
		['integrations', { resource: 'sync', operation: 'getRuns' }, /./],
		['integrations', { resource: 'connection', operation: 'getAll' }, /mine/],
		['integrations', { resource: 'rejectedRecord', operation: 'getAll' }, /./],
	])('reads: %s %j', async (node, parameters, words) => {
		const run = await use(way, node, parameters);
		expect(run.error).toBeUndefined();
		expect(wordsOf(run)).toMatch(words);
		expect(wordsOf(run)).not.toMatch(/AI agent may not/);
	});

	it('tells one tenant’s figures only', async () => {
		const run = await use(way, 'database', {
			resource: 'kpi',
			operation: 'getFinancials',
			...mine,
			...range,
		});
		expect(wordsOf(run)).not.toMatch(/theirs/);
	});

	it.each<[node: string, parameters: IDataObject]>([
		['database', { resource: 'tenant', operation: 'create', name: 'Made by an agent' }],
		['database', { resource: 'tenant', operation: 'pause', ...mine }],
		[
			'database',
			{ resource: 'tenant', operation: 'update', ...mine, updateFields: { name: 'Made by an agent' } },
		],
		['database', { resource: '={{ "ten" + "ant" }}', operation: '={{ "pause" }}', ...mine }],
		['database', { resource: 'schema', operation: 'migrate' }],
		['database', { resource: 'reader', operation: 'create', ...mine, login: 'made_by_an_agent' }],
		['integrations', { resource: 'sync', operation: 'claimDue' }],
	])('rejects what writes, in words: %s %j', async (node, parameters) => {
		const before = await readState();
		const words = wordsOf(await use(way, node, parameters));
		expect(words).toMatch(/AI agent may not use the operation/);
		expect(words).toMatch(/Nothing was done/);
		expect(await readState()).toEqual(before);
	});
});

describe('the lists of the tool', () => {
	interface Built {
		Database: new () => { description: { properties: INodeProperties[] } };
		Integrations: Built['Database'];
	}

	const listOperations = (properties: INodeProperties[], isTool: boolean): string[] =>
		properties
			.filter(
				({ name, displayOptions }) => name === 'operation' && displayOptions?.show?.['@tool']?.[0] === isTool,
			)
			.flatMap(({ displayOptions, options, default: chosen }) => {
				const values = (options as INodePropertyOptions[]).map(({ value }) => value);
				expect(values).toContain(chosen);
				return values.map((value) => `${String(displayOptions!.show!.resource![0])}:${String(value)}`);
			})
			.sort();

	it.each([
		[
			'Database' as const,
			[
				'client:getAll',
				'kpi:getFinancials',
				'kpi:getFunnel',
				'kpi:getMetricSeries',
				'schema:getStatus',
				'tenant:getAll',
			],
		],
		[
			'Integrations' as const,
			['connection:getAll', 'rejectedRecord:getAll', 'sync:getHealth', 'sync:getRuns'],
		],
	])('%s has only what reads', (name, operations) => {
		const built = requireFromCheckout(`./dist/nodes/${name}/${name}.node.js`) as Built;
		const { properties } = new built[name]().description;
		expect(listOperations(properties, true)).toEqual(operations);
		expect(listOperations(properties, false)).toEqual(expect.arrayContaining(operations));
		const resources = properties.find(
			({ name: field, displayOptions }) =>
				field === 'resource' && displayOptions?.show?.['@tool']?.[0] === true,
		)!.options as INodePropertyOptions[];
		const offered = [...new Set(operations.map((operation) => operation.split(':')[0]))];
		expect(resources.map(({ value }) => value).sort()).toEqual(offered);
	});
});

it('a workflow may still write', async () => {
	const { name } = await createTenant(database.pool, { name: 'By a workflow' });
	const file = workflowFor('internal', 'database', {
		...{ resource: 'tenant', operation: 'update', updateFields: { industry: 'Coffee' } },
		tenantId: { __rl: true, mode: 'id', value: (await listTenants(database.pool, { search: name }))[0]!.id },
	});
	const data = { ...database.settings, ca: '', maxConnections: 5 };
	const credential = { id: 'zixlyPostgres', name: 'Zixly Postgres', type: 'zixlyPostgresApi', data };
	const run = await runWorkflow(file, { credentials: [credential] as never, input: [{}] });
	expect(run.error).toBeUndefined();
	expect(run.items('Tool')).toMatchObject([{ industry: 'Coffee', changed: true }]);
});
