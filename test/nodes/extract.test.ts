import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { createIntegration } from '../../db/integrations/integrations';
import { createTenant } from '../../db/integrations/tenants';
import { toMonth, plusMonths } from '../../nodes/shared/months';
import { startSandbox, type Sandbox } from '../sandbox';
import type { WorkflowFile } from '../support/checkout';
import { testDatabase, type TestDatabase } from '../support/database/database';
import { closeEngine, runWorkflow, type EngineRun } from '../support/n8n/engine';
import { Scenario, type Tenant } from '../support/n8n/scenario';

let database: TestDatabase;
let sandbox: Sandbox;
let scenario: Scenario;
let harbour: Tenant;

beforeAll(async () => {
	database = await testDatabase();
	sandbox = await startSandbox({ xero: { minute: 5_000, day: 100_000 } });
	scenario = new Scenario(database, sandbox);
	harbour = await scenario.connect('Harbour Group', 'harbour');
});

afterEach(async () => {
	sandbox.xero.clear();
	await database.admin.query(
		`update etl.sync_runs set status = 'failed', finished_at = now(), lease_until = null where status = 'running'`,
	);
});

afterAll(async () => {
	await closeEngine();
	await sandbox.close();
	await database.close();
});

/** Few months: an organisation's limit of calls a minute holds for the whole process. */
const historyStart = plusMonths(toMonth(new Date(), 'Australia/Perth'), -2);

const CREDENTIALS = {
	zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' },
	zixlyTokenKeyApi: { id: 'zixlyTokenKey', name: 'Zixly Token Key' },
	zixlyXeroOAuth2Api: { id: 'zixlyXero', name: 'Zixly Xero' },
};

interface Case {
	authentication?: 'storedIntegration' | 'n8nCredential';
	integrationId?: string;
	options?: Record<string, unknown>;
	claim?: boolean;
	onError?: 'continueRegularOutput';
	credentials?: Scenario['credentials'];
}

/** A hand-started workflow of Claim Due and Extract. */
function workflow({
	authentication = 'storedIntegration',
	integrationId,
	options,
	onError,
	claim = true,
}: Case): WorkflowFile {
	const place = { typeVersion: 1, position: [0, 0] as [number, number], credentials: CREDENTIALS };
	const provider = 'xero';
	const chosen = { mode: 'id', value: integrationId ?? '', __rl: true };
	const sync = { resource: 'sync', operation: 'claimDue', provider, authentication, integrationId: chosen };
	const main = (node: string) => ({ main: [[{ node, type: 'main' as const, index: 0 }]] });
	return {
		id: 'extract-test',
		name: 'Extract test',
		nodes: [
			{ ...place, id: '1', name: 'By Hand', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
			{ ...place, id: '2', name: 'Claim Due', type: 'n8n-nodes-zixly.integrations', parameters: sync },
			{
				...place,
				id: '3',
				name: 'Extract',
				type: 'n8n-nodes-zixly.extract',
				parameters: { provider, authentication, options: { historyStart, ...options } },
				onError,
			},
		],
		connections: claim
			? { 'By Hand': main('Claim Due'), 'Claim Due': main('Extract') }
			: { 'By Hand': main('Extract') },
		settings: { executionOrder: 'v1' },
	};
}

async function run(given: Case = {}): Promise<EngineRun> {
	return await runWorkflow(workflow(given), { credentials: given.credentials ?? scenario.credentials });
}

const types = (run: EngineRun): Record<string, number> => {
	const counted: Record<string, number> = {};
	for (const { type } of run.items('Extract')) counted[String(type)] = (counted[String(type)] ?? 0) + 1;
	return counted;
};

/** The scenario's credentials with other fields in one of them. */
const changed = (type: string, fields: Record<string, string>): Scenario['credentials'] =>
	scenario.credentials.map((one) => (one.type === type ? { ...one, data: { ...one.data, ...fields } } : one));

describe('Extract in n8n’s engine', () => {
	it('gives every message on the first output, paired with the claimed run', async () => {
		const done = await run();
		expect(done.error).toBeUndefined();
		expect(types(done)).toEqual({ RECORD: 6, STATE: 2 });
		expect(done.items('Extract', 1)).toEqual([]);
		const items = done.runData.Extract?.[0]?.data?.main?.[0] ?? [];
		expect(items).toHaveLength(8);
		expect(items.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
	});

	it('copies failures to the second output', async () => {
		const [, second] = sandbox.xero.organisations('harbour');
		sandbox.xero.faults.add({ kind: 'reportsForbidden', accountId: second!.id, count: 'always' });
		const done = await run();
		expect(types(done)).toMatchObject({ STATE: 2, FAILURE: 1 });
		const [copy] = done.items('Extract', 1);
		expect(copy).toMatchObject({
			type: 'FAILURE',
			accountId: second!.id,
			failure: { class: 'not_permitted' },
		});
		expect(done.items('Extract')).toContainEqual(copy);
	});

	it('sits out limits and outages through n8n’s own HTTP helper', async () => {
		sandbox.xero.faults.add(
			{ kind: 'tooManyRequests' },
			{ kind: 'html' },
			{ kind: 'cutConnection' },
			{ kind: 'status' },
		);
		sandbox.xero.faults.add({ kind: 'slowDrip', delayMs: 200, skip: 2 });
		const done = await run({ options: { requestTimeout: 1 } });
		expect(types(done)).toEqual({ RECORD: 6, STATE: 2 });
		expect(sandbox.xero.faults.pending()).toEqual([]);
	});

	it('passes on what it does not know', async () => {
		const done = await run({ claim: false });
		expect(done.error).toBeUndefined();
		expect(done.items('Extract')).toEqual([{}]);
	});

	it('follows no redirect', async () => {
		sandbox.xero.faults.add({ kind: 'redirect', path: '/connections' });
		const done = await run();
		expect(done.items('Extract', 1)).toMatchObject([{ failure: { class: 'configuration' } }]);
		expect(sandbox.xero.requests.filter(({ path }) => path.includes('elsewhere'))).toEqual([]);
	});

	it.each<[string, () => Case, RegExp, RegExp]>([
		[
			'a month that is none',
			() => ({ options: { historyStart: '2026-13' } }),
			/History Start "2026-13" is not a month/,
			/2024-07/,
		],
		[
			'a host that nobody allowed',
			() => ({ credentials: changed('zixlyTokenKeyApi', { allowedHosts: '' }) }),
			/API Base URL points to/,
			/Allowed Hosts/,
		],
		[
			'an application without a secret',
			() => ({ credentials: changed('zixlyXeroOAuth2Api', { clientSecret: '' }) }),
			/Client Secret of the Zixly Xero credential is empty/,
			/developer portal/,
		],
	])(
		'says what to do about %s, sends nothing, and leaves no run waiting',
		async (_, given, message, description) => {
			const done = await run(given());
			expect(done.error).toMatchObject({ node: 'Extract' });
			expect(done.error!.message).toMatch(message);
			expect(done.error!.description).toMatch(description);
			expect(sandbox.xero.requests).toEqual([]);
			const { rows } = await database.admin.query(
				`select status, error->>'class' as class from etl.sync_runs order by started_at desc limit 1`,
			);
			expect(rows).toEqual([{ status: 'failed', class: 'configuration' }]);
			expect((await run()).error).toBeUndefined();
		},
	);

	it('makes it a failure of the run where the node is set to continue', async () => {
		const done = await run({ options: { historyStart: 'soon' }, onError: 'continueRegularOutput' });
		expect(done.error).toBeUndefined();
		expect(done.items('Extract')).toMatchObject([{ type: 'FAILURE', failure: { class: 'configuration' } }]);
	});
});

describe('Extract with an n8n credential', () => {
	async function connected(
		consent: string,
		more: Record<string, unknown> = {},
	): Promise<{ integrationId: string; credentials: Scenario['credentials'] }> {
		const { id: tenantId } = await createTenant(database.pool, { name: `Own ${consent}` });
		const given = { tenantId, provider: 'xero', authentication: 'n8n' } as const;
		const { integrationId } = await createIntegration(database.pool, given);
		const { accessToken, refreshToken } = sandbox.xero.connect(consent);
		const oauthTokenData = {
			access_token: accessToken,
			refresh_token: refreshToken,
			token_type: 'Bearer',
			...more,
		};
		const credentials = scenario.credentials.map((one) =>
			one.type === 'zixlyXeroOAuth2Api'
				? { ...one, data: { ...one.data, ...sandbox.xero.client, oauthTokenData } }
				: one,
		);
		return { integrationId, credentials };
	}

	it('reads the organisations of that one connection', async () => {
		const done = await run({ authentication: 'n8nCredential', ...(await connected('kiwi')) });
		expect(done.error).toBeUndefined();
		expect(types(done)).toEqual({ RECORD: 3, STATE: 1 });
	});

	it('lets n8n refresh an expired token and goes on', async () => {
		const own = await connected('odd');
		sandbox.xero.expireAccessTokens('odd');
		const done = await run({ authentication: 'n8nCredential', ...own });
		expect(types(done)).toEqual({ RECORD: 3, STATE: 1 });
		expect(sandbox.xero.refreshCalls).toBe(1);
	});

	it('says that it must be connected again where n8n cannot refresh it', async () => {
		const own = await connected('noreports');
		sandbox.xero.revoke('noreports');
		const done = await run({ authentication: 'n8nCredential', ...own });
		expect(done.items('Extract')).toMatchObject([
			{ type: 'FAILURE', failure: { class: 'reconnect_required' } },
		]);
	});

	it('is given no connection whose token lies in the vault', async () => {
		const { credentials } = await connected('large');
		const given: Case = { integrationId: harbour.integrationId, credentials };
		const done = await run({ ...given, authentication: 'n8nCredential' });
		expect(done.error).toBeUndefined();
		expect(done.items('Claim Due')).toEqual([]);
		expect((await run(given)).items('Claim Due')).toHaveLength(1);
	});
});
