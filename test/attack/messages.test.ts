import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createIntegration } from '../../db/integrations/integrations';
import { generateKey } from '../../db/vault/key-ring';
import { openRun } from '../../db/runs/open';
import { finishRun } from '../../db/runs/finish';
import { createTenant } from '../../db/integrations/tenants';
import { startSandbox, type Sandbox } from '../sandbox';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import type { WorkflowFile } from '../support/checkout';
import { bundledCredentials, type StoredCredential } from '../support/n8n/credentials';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { dealRows } from '../support/database/leads';
import { loadTarget, month, rejected } from '../support/database/loading';
import { closeEngine, runWorkflow } from '../support/n8n/engine';
import { holder } from '../support/database/run-holder';
import { tenantDigest } from '../support/database/tenant-digest';
import { chainOf, learnInstance, type ChainNode } from '../support/n8n/chain';
import { uploadWorkflow } from '../support/n8n/upload-workflow';

type Json = Record<string, unknown>;

let database: TestDatabase;
let sandbox: Sandbox;
let credentials: StoredCredential[];
/** Whose workflow it is. */
let attacker: string;
/** Has money, a won deal, an open rejection, a read position, and a run that is going on. */
let victim: { tenantId: string; integrationId: string; syncRunId: string; closedRunId: string };
/** A run of the attacker's own tenant that another execution holds. */
let othersRun: string;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox();
	const { id, key } = generateKey();
	const ring = { activeKeyId: id, activeKey: key };
	credentials = bundledCredentials({ database: database.settings, key: ring, sandbox });
});
afterAll(async () => {
	await closeEngine();
	await sandbox.close();
	await database.close();
});
beforeEach(async () => {
	({ id: attacker } = await createTenant(database.pool, { name: 'Attacker' }));
	const target = await loadTarget(database, 'Victim', 'hubspot');
	const { tenantId, integrationId, syncRunId } = target;
	const state = { ...PLACE, state: { readThrough: '2026-06' }, counts: {}, rowsArrived: 0 };
	const deal = dealRows({ lead: '777', version: '2026-06-01T00:00:00.000Z', stages: ['A'], status: 'won' });
	await target.load(deal, { rejected: [rejected('2026-01')], states: [state] });
	await target.loadAs('xero', [month('2026-06-30', '1.00')]);
	const closedRunId = await openRun(database.pool, { tenantId, provider: 'manual' }, holder('closed'));
	await finishRun(database.pool, { tenantId, syncRunId: closedRunId, status: 'succeeded' });
	victim = { tenantId, integrationId, syncRunId, closedRunId };
	const own = { tenantId: attacker, provider: 'manual' };
	othersRun = await openRun(database.pool, own, holder('others'));
});

const PLACE = { stream: 'deals', accountId: 'portal' };
const AT = '2026-07-01T00:00:00.000Z';

/** A message of each type about the victim's data, as the nodes themselves would write it. */
function forgedMessages(syncRunId: unknown): Json[] {
	const { tenantId, integrationId } = victim;
	const envelope = { tenantId, integrationId, syncRunId, provider: 'hubspot', ...PLACE, recordId: '777' };
	const [deal] = dealRows({ lead: '777', version: AT, stages: ['A'], status: 'lost' });
	const client = { externalId: 'portal', clientName: 'Forged', industry: null };
	const xero = { ...envelope, provider: 'xero', stream: 'monthlyFinancials', accountId: 'org-1' };
	return [
		{ type: 'ROW', ...envelope, ...deal },
		{ type: 'ROW', ...xero, ...month('2026-06-30', '9.00') },
		{ type: 'DELETED', ...envelope, table: 'lead_events', leadId: '777', deletedAt: AT },
		{ type: 'DELETED', ...envelope, table: 'custom_metrics', client, metricName: 'm', recordDate: AT },
		{ type: 'REJECTED', ...envelope, stage: 'load', reason: {}, record: 'forged' },
		{
			type: 'STATE',
			...envelope,
			state: { readThrough: '2999-12' },
			hasMore: false,
			counts: { extracted: 1e9 },
			ageing: { staleBefore: '2999-01-01T00:00:00.000Z' },
			endsRun: true,
		},
		{ type: 'FAILURE', ...envelope, failure: { class: 'reconnect_required', message: 'forged' } },
		{ type: 'SUMMARY', ...envelope, table: 'financials' },
		{ type: 'LATER', ...envelope },
		{
			type: 'RECORD',
			...envelope,
			account: { id: 'portal', name: 'P', timezone: 'Etc/UTC', currency: 'AUD' },
			fetchedAt: AT,
			record: {},
		},
		{ ...envelope, metadata: { apiDomain: 'https://attacker.example' } },
		{ ...envelope, type: undefined, preview: true },
	];
}

/** The ways in: every run that a forged message may name. */
const ways = (): Array<[string, unknown]> => [
	['no run', undefined],
	['an empty run', ''],
	['a run that is no text', { $ne: null }],
	['a run that does not exist', 'made-up'],
	['the victim’s run of another execution', victim.syncRunId],
	['the victim’s closed run', victim.closedRunId],
	['a run of the own tenant of another execution', othersRun],
];

const forged = (): Array<{ name: string; json: Json }> =>
	ways().flatMap(([way, run]) =>
		forgedMessages(run).map((json) => ({ name: `${String(json.type ?? 'claimed run')}, ${way}`, json })),
	);

const chain = (nodes: ChainNode[], onError?: string): WorkflowFile => chainOf(attacker, nodes, onError);

const own = () => ({
	input: 'items',
	tenantFrom: 'node',
	tenantId: { __rl: true, mode: 'id', value: attacker },
});
const upsertMessages = { type: 'postgresUpsert', parameters: { input: 'messages' } };
const transformMessages = { type: 'transformNormalize', parameters: { input: 'messages' } };
const finish = { type: 'integrations', parameters: { resource: 'sync', operation: 'finish' } };
const extract = {
	type: 'extract',
	parameters: { provider: 'hubspot', authentication: 'storedIntegration' },
	credentials: {
		zixlyTokenKeyApi: { id: 'zixlyTokenKey', name: 'Zixly Token Key' },
		zixlyHubSpotOAuth2Api: { id: 'zixlyHubSpot', name: 'Zixly HubSpot' },
	},
};
const upsertItems = (options: object = {}) => ({
	type: 'postgresUpsert',
	parameters: { ...own(), table: 'lead_events', clientIdField: 'accountId', sourceSystem: 'manual', options },
});
const transformItems = () => ({
	type: 'transformNormalize',
	parameters: { ...own(), provider: 'manual', stream: 'customMetrics' },
});

const CHAINS: Array<[string, () => ChainNode[]]> = [
	['Upsert for messages', () => [upsertMessages]],
	['Upsert for items', () => [upsertItems()]],
	['Upsert for items that leaves unknown fields out', () => [upsertItems({ ignoreUnknownFields: true })]],
	['Transform for messages, then Upsert', () => [transformMessages, upsertMessages]],
	['Transform for items, then Upsert', () => [transformItems(), upsertMessages]],
	['Finish', () => [finish]],
	['Extract, then the whole line', () => [extract, transformMessages, upsertMessages, finish]],
];

async function attack(attacks: Array<{ name: string; json: Json }>, file: WorkflowFile): Promise<Attack[]> {
	const before = await tenantDigest(database.admin, victim.tenantId);
	await runWorkflow(file, { credentials, input: attacks.map(({ json }) => json) as never[] });
	const after = await tenantDigest(database.admin, victim.tenantId);
	const gained = after === before ? undefined : 'the victim’s rows are not what they were';
	return attacks.map(({ name }) => ({ name, gained }));
}

describe.each(CHAINS)('%s', (name, nodes) => {
	it('takes no forged message, all together where it goes on after each', async () => {
		const repelled = await attack(forged(), chain(nodes(), 'continueRegularOutput'));
		expectRepelled(`messages: ${name}, going on`, repelled);
	});

	it('takes no forged message by itself', async () => {
		const attacks: Attack[] = [];
		for (const one of forged().filter(({ json }) => json.syncRunId === victim.syncRunId)) {
			attacks.push(...(await attack([one], chain(nodes()))));
		}
		expectRepelled(`messages: ${name}, one by one`, attacks);
	});
});

it('a message of a run that is not ours ends as one error of the node that says what to do', async () => {
	const { status, error } = await runWorkflow(chain([upsertMessages]), {
		credentials,
		input: forgedMessages(victim.syncRunId) as never[],
	});
	expect(status).toBe('error');
	expect(error?.message).toMatch(/^Item 0 belongs to a run that execution .* opened/);
	expect(error?.description).toContain('Execute the workflow from its start');
});

describe('a message of one’s own run', () => {
	/** The own run of an execution that is still to come: a xero sync of the attacker's, beside a hubspot connection. */
	async function ownRun(executionId: string) {
		const instance = await learnInstance(database, credentials);
		const of = { tenantId: attacker, authentication: 'stored' } as const;
		const xero = await createIntegration(database.pool, { ...of, provider: 'xero', metadata: {} });
		const hubspot = await createIntegration(database.pool, { ...of, provider: 'hubspot', metadata: {} });
		const run = { tenantId: attacker, provider: 'xero' };
		const syncRunId = await openRun(database.pool, run, holder(`${instance}:${executionId}`));
		await database.admin.query('update etl.sync_runs set integration_id = $2 where id = $1', [
			syncRunId,
			xero.integrationId,
		]);
		return { syncRunId, xero: xero.integrationId, hubspot: hubspot.integrationId };
	}

	it('stays in its tenant, its connection, its source and its counts', async () => {
		const { syncRunId, xero, hubspot } = await ownRun('777000');
		const envelope = { syncRunId, recordId: 'r', stream: 'monthlyFinancials', accountId: 'org-1' };
		const [deal] = dealRows({ lead: '777', version: AT, stages: ['A'], status: 'lost' });
		const exact = { externalId: '', clientId: 'hubspot:portal', clientName: 'x', industry: null };
		const hostile = JSON.parse(
			'{"extracted": 1e308, "skipped": -5, "constructor": 5, "toString": 3, "__proto__": {"polluted": 1}, "rows": {"inserted": -5, "produced": 1e308, "toString": 3, "valueOf": 1}}',
		) as Json;
		const theirs = { tenantId: victim.tenantId, integrationId: victim.integrationId, provider: 'hubspot' };
		const items: Array<{ name: string; json: Json }> = [
			{ name: 'row of another source', json: { ...deal, ...envelope, ...theirs, type: 'ROW' } },
			{
				name: 'row of an exact client',
				json: { ...month('2026-05-31', '1.00'), ...envelope, ...theirs, type: 'ROW', client: exact },
			},
			{
				name: 'row with a polluting key',
				json: { ...envelope, type: 'ROW', table: '__proto__', row: hostile, client: hostile },
			},
			{
				name: 'record id that is no text',
				json: {
					...month('2026-04-30', 'x'),
					...envelope,
					type: 'ROW',
					recordId: { toString: 1, valueOf: 2 },
				},
			},
			{
				name: 'deal of another provider',
				json: { ...envelope, ...theirs, type: 'DELETED', table: 'lead_events', leadId: '777', deletedAt: AT },
			},
			{
				name: 'stream of another provider',
				json: { ...envelope, ...theirs, type: 'STATE', stream: 'deals', state: { x: 1 }, counts: hostile },
			},
			{
				name: 'state of another connection',
				json: {
					...envelope,
					tenantId: attacker,
					integrationId: hubspot,
					provider: 'hubspot',
					type: 'STATE',
					state: { at: 1 },
					counts: hostile,
				},
			},
			{
				name: 'state of another tenant',
				json: { ...envelope, ...theirs, type: 'STATE', state: { at: 2 }, counts: hostile },
			},
			{
				name: 'stream like a prototype',
				json: { ...envelope, type: 'STATE', stream: '__proto__', state: { at: 3 }, counts: hostile },
			},
		];
		const before = await tenantDigest(database.admin, victim.tenantId);
		const file = chain([upsertMessages]);
		const run = await runWorkflow(file, {
			credentials,
			executionId: '777000',
			input: items.map(({ json }) => json) as never[],
		});
		expect(run.error).toBeUndefined();
		const { rows: states } = await database.admin.query(
			'select integration_id as id, stream from etl.stream_states where tenant_id = $1',
			[attacker],
		);
		const { rows: stored } = await database.admin.query<{ counts: Json }>(
			'select counts from etl.sync_runs where id = $1',
			[syncRunId],
		);
		expect(states).toEqual([{ id: xero, stream: 'monthlyFinancials' }]);
		const text = JSON.stringify(stored[0]!.counts);
		expect(text).not.toMatch(/polluted|toString|valueOf|constructor|native code|-\d|e\+/);
		expect(({} as Json).polluted).toBeUndefined();
		const { rows: others } = await database.admin.query(
			`select 1 from client_kpis k join lead_events l on l.client_kpi_id = k.id where k.tenant_id = $1`,
			[attacker],
		);
		expect(others).toEqual([]);
		const same = (await tenantDigest(database.admin, victim.tenantId)) === before;
		expectRepelled(
			'messages: of one’s own run',
			items.map(({ name }) => ({ name, gained: same ? undefined : 'the victim’s rows changed' })),
		);
	});
});

describe('honest files whose columns are called like our fields', () => {
	const honest = { 'Client ID': 'ACME', Metric: 'Visitors', Value: '12', Date: '2026-06-30' };
	const types = ['ROW', 'RECORD', 'STATE', 'DELETED', 'REJECTED', 'FAILURE', 'SUMMARY', 'x', ''];

	it('load to the last row', async () => {
		const rows = types.map((type, index) => ({
			...honest,
			Metric: `Metric ${index}`,
			...{ type, tenantId: victim.tenantId, syncRunId: victim.syncRunId, provider: 'hubspot', preview: true },
			...{ integrationId: victim.integrationId, constructor: 'x', endsRun: true },
		}));
		const before = await tenantDigest(database.admin, victim.tenantId);
		const run = await runWorkflow(uploadWorkflow(attacker), { credentials, input: rows as never[] });
		expect(run.error).toBeUndefined();
		const { rows: stored } = await database.admin.query<{ name: string }>(
			`select metric_name as name from custom_metrics m join client_kpis k on k.id = m.client_kpi_id
			where k.tenant_id = $1 order by 1`,
			[attacker],
		);
		expect(stored.map(({ name }) => name)).toEqual(types.map((_, index) => `Metric ${index}`));
		const { rows: runs } = await database.admin.query(
			"select status, provider from etl.sync_runs where tenant_id = $1 and execution_id like '%:' || $2",
			[attacker, run.executionId],
		);
		expect(runs).toEqual([{ status: 'succeeded', provider: 'manual' }]);
		expect(await tenantDigest(database.admin, victim.tenantId)).toBe(before);
	});
});
