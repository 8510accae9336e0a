import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createIntegration, setIntegrationStatus } from '../../db/integrations/integrations';
import { createTenant } from '../../db/integrations/tenants';
import { bookedRuns } from '../support/database/stored';
import type { WorkflowFile } from '../support/checkout';
import { runWorkflow, type EngineRun } from '../support/n8n/engine';
import type { Scenario, Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

let stage: SyncStage;
beforeAll(async () => {
	stage = await syncStage('accounts');
});
afterAll(async () => {
	await stage?.close();
});

const CREDENTIALS = {
	zixlyPostgresApi: { id: 'zixlyPostgres', name: 'Zixly Postgres' },
	zixlyTokenKeyApi: { id: 'zixlyTokenKey', name: 'Zixly Token Key' },
	zixlyXeroOAuth2Api: { id: 'zixlyXero', name: 'Zixly Xero' },
};

/** Zixly Integrations by itself, started by hand. */
function workflow(parameters: Record<string, unknown>, credentials: object): WorkflowFile {
	const place = { typeVersion: 1, position: [0, 0] as [number, number] };
	return {
		id: 'accounts-test',
		name: 'Accounts test',
		nodes: [
			{ ...place, id: '1', name: 'By Hand', type: 'n8n-nodes-base.manualTrigger', parameters: {} },
			{
				...{ ...place, id: '2', name: 'Connection', type: 'n8n-nodes-zixly.integrations' },
				...{
					parameters: { resource: 'connection', provider: 'xero', simplify: false, ...parameters },
					credentials,
				},
			},
		],
		connections: { 'By Hand': { main: [[{ node: 'Connection', type: 'main', index: 0 }]] } },
	} as WorkflowFile;
}

async function operate(
	{ integrationId }: Pick<Tenant, 'integrationId'>,
	parameters: Record<string, unknown>,
	{ assigned = CREDENTIALS, credentials = stage.scenario.credentials } = {} as {
		assigned?: object;
		credentials?: Scenario['credentials'];
	},
): Promise<EngineRun> {
	const chosen = { mode: 'id', value: integrationId, __rl: true };
	return await runWorkflow(workflow({ integrationId: chosen, ...parameters }, assigned), { credentials });
}

const statuses = (run: EngineRun): unknown =>
	Object.fromEntries(
		run.items('Connection').map(({ name, status, ofConsent }) => [name, [status, ofConsent]]),
	);

const organisations = (consent: string) => stage.sandbox.xero.organisations(consent);

describe('a connection that reaches several organisations', () => {
	let tenant: Tenant;
	beforeAll(async () => {
		tenant = await stage.scenario.connect('Southern Group', 'southern', 'xero', { accounts: 'chosen' });
		stage.sandbox.xero.connect('harbour');
	});

	it('reads nothing, and says what to do', async () => {
		const { runs } = await stage.sync();
		expect(runs.get(tenant.name)).toMatchObject({
			status: 'failed',
			records: {},
			error: { class: 'needs_choice', message: expect.stringContaining('Connection: Update') },
		});
		const { error } = runs.get(tenant.name)!;
		for (const { name, id } of [...organisations('southern'), ...organisations('harbour')]) {
			expect(JSON.stringify(error)).not.toContain(name);
			expect(JSON.stringify(error)).not.toContain(id);
		}
		const alerts = await stage.scenario.run('zixly-alerts', { mode: 'trigger' });
		expect(alerts.items('Get Alerts')).toMatchObject([
			{
				tenantName: tenant.name,
				alert: 'needsPerson',
				message: expect.stringContaining('Get Accounts'),
			},
		]);
	});

	it('lists them before it was ever synced, and says which are of the consent', async () => {
		const names = (consent: string, ofConsent: boolean) =>
			organisations(consent).map(({ name }) => [name, ['available', ofConsent]]);
		const listed = await operate(tenant, { operation: 'getAccounts' });
		expect(listed.error).toBeUndefined();
		expect(statuses(listed)).toEqual(
			Object.fromEntries([...names('southern', true), ...names('harbour', false)]),
		);
	});

	it('says which credential is missing where the provider cannot be asked', async () => {
		const { zixlyPostgresApi, zixlyXeroOAuth2Api } = CREDENTIALS;
		const listed = await operate(
			tenant,
			{ operation: 'getAccounts' },
			{ assigned: { zixlyPostgresApi, zixlyXeroOAuth2Api } },
		);
		expect(`${listed.error?.message} ${listed.error?.description}`).toContain('Zixly Token Key');
	});

	it('reads the one that is chosen, and no other', async () => {
		const [chosen] = organisations('southern');
		const updated = await operate(tenant, {
			operation: 'update',
			updateFields: { enableAccounts: [chosen!.id] },
		});
		expect(updated.error).toBeUndefined();
		await setIntegrationStatus(stage.database.pool, {
			integrationId: tenant.integrationId,
			status: 'ACTIVE',
		});
		const { runs } = await stage.sync();
		expect(runs.get(tenant.name)).toMatchObject({ status: 'succeeded', rows: { inserted: 13 } });
		const { rows } = await stage.database.admin.query('select client_id from client_kpis');
		expect(rows).toEqual([{ client_id: `xero:${chosen!.id}` }]);
		const other = await stage.scenario.connect('Other Group', 'southern', 'xero', { accounts: 'chosen' });
		const listed = await operate(other, { operation: 'getAccounts' });
		expect(listed.items('Connection').find(({ accountId }) => accountId === chosen!.id)).toMatchObject({
			status: 'elsewhere',
			enabled: false,
		});
		expect(JSON.stringify(listed.items('Connection'))).not.toContain(tenant.name);
		await stage.database.admin.query('delete from integrations where id = $1', [other.integrationId]);
	});
});

describe('a connection whose token n8n keeps', () => {
	it('lists and reads by the same rule', async () => {
		const { pool, admin } = stage.database;
		const { id: tenantId } = await createTenant(pool, { name: 'My Own' });
		const given = { tenantId, provider: 'xero', authentication: 'n8n' } as const;
		const { integrationId } = await createIntegration(pool, given);
		const { accessToken, refreshToken } = stage.sandbox.xero.connect('noreports');
		const oauthTokenData = { access_token: accessToken, refresh_token: refreshToken, token_type: 'Bearer' };
		const credentials = stage.scenario.credentials.map((one) =>
			one.type === 'zixlyXeroOAuth2Api' ? { ...one, data: { ...one.data, oauthTokenData } } : one,
		);
		const { zixlyPostgresApi, zixlyXeroOAuth2Api } = CREDENTIALS;
		const listed = await operate(
			{ integrationId },
			{ operation: 'getAccounts' },
			{ credentials, assigned: { zixlyPostgresApi, zixlyXeroOAuth2Api } },
		);
		expect(listed.error).toBeUndefined();
		const [open, closed] = organisations('noreports');
		expect(statuses(listed)).toEqual({
			[open!.name]: ['available', true],
			[closed!.name]: ['available', true],
		});
		expect(await bookedRuns(admin, listed.executionId)).toEqual([]);
		expect(JSON.stringify(listed.items('Connection'))).not.toContain(accessToken);
	});
});

describe('ending a connection', () => {
	const countRevocations = (): number =>
		stage.sandbox.xero.requests.filter(({ method }) => method === 'DELETE').length;

	it('ends its consent at the provider, and nobody else’s', async () => {
		const neighbour = await stage.scenario.connectByPages('Staying Group', 'kiwi', 'xero');
		const tenant = await stage.scenario.connectByPages('Leaving Group', 'odd', 'xero');
		const ended = await operate(tenant, { operation: 'disconnect' });
		expect(ended.error).toBeUndefined();
		expect(ended.items('Connection')).toMatchObject([{ status: 'PENDING', consent: 'revoked' }]);
		expect(countRevocations()).toBe(organisations('odd').length);
		const listed = await operate(neighbour, { operation: 'getAccounts' });
		expect(listed.items('Connection').filter(({ reached }) => reached)).toHaveLength(
			organisations('kiwi').length,
		);
		const again = await operate(tenant, { operation: 'disconnect' });
		expect(again.items('Connection')).toMatchObject([{ consent: 'noToken' }]);
	});

	it('only forgets the tokens where the node has no key', async () => {
		const tenant = await stage.scenario.connectByPages('Keyless Group', 'odd', 'xero');
		const before = countRevocations();
		const { zixlyPostgresApi, zixlyXeroOAuth2Api } = CREDENTIALS;
		const ended = await operate(
			tenant,
			{ operation: 'disconnect' },
			{ assigned: { zixlyPostgresApi, zixlyXeroOAuth2Api } },
		);
		expect(ended.items('Connection')).toMatchObject([{ status: 'PENDING', consent: 'forgotten' }]);
		expect(countRevocations()).toBe(before);
	});
});
