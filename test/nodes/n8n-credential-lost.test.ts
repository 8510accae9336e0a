import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IDataObject } from 'n8n-workflow';

import { serviceOf, type ServiceKey } from '../sandbox';
import { bookedRuns } from '../support/database/stored';
import type { StoredCredential } from '../support/n8n/credentials';
import { runWorkflow } from '../support/n8n/engine';
import { connectOwnCredential, withOwnCredential } from '../support/n8n/own-credential';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

const PROVIDERS: Array<[provider: ServiceKey, name: string, consent: string]> = [
	['asana', 'Asana', 'harbour'],
	['hubspot', 'HubSpot', 'harbour'],
	['myob', 'MYOB', 'young'],
	['pipedrive', 'Pipedrive', 'harbour'],
	['xero', 'Xero', 'harbour'],
];

describe.each(PROVIDERS)('an n8n credential of %s that gives no access', (provider, name, consent) => {
	let stage: SyncStage;
	let tenant: Tenant;
	let credential: StoredCredential;
	let data: StoredCredential['data'];

	beforeAll(async () => {
		stage = await syncStage(`lost-credential-${provider}`, provider);
		({ tenant, credential } = await connectOwnCredential(stage, provider, consent));
		data = { ...credential.data };
	});

	afterAll(async () => {
		await stage?.close();
	});

	/** Syncs with these fields of the credential; the connection is enabled first, as a person would. */
	async function sync(fields: IDataObject) {
		credential.data = { ...data, ...fields } as StoredCredential['data'];
		await stage.database.admin.query(`update integrations set status = 'ACTIVE'`);
		const { credentials } = stage.scenario;
		const run = await runWorkflow(withOwnCredential(tenant), { credentials });
		expect(run.error?.node).toBe('Finish');
		const { rows } = await stage.database.admin.query<{ status: string }>('select status from integrations');
		const [booked] = await bookedRuns(stage.database.admin, run.executionId);
		const alerts = (await stage.scenario.run('zixly-alerts')).items('Get Alerts');
		return { error: booked?.error, status: rows[0]?.status, alerts };
	}

	it.each([
		['never was', {}],
		['has no access token', { refresh_token: 'made-up' }],
		['is empty text', ''],
	])('is reported where it %s connected, with what to do', async (_, oauthTokenData) => {
		const { error, status, alerts } = await sync({ oauthTokenData });
		expect(error).toMatchObject({
			class: 'reconnect_required',
			message: `The credential "Zixly ${name}" is not connected. Open it in n8n, press Connect and sign in, then run Zixly Own Connection again, or Connection: Enable.`,
		});
		expect(status).toBe('ERROR');
		expect(alerts).toMatchObject([{ alert: 'needsPerson', tenantName: tenant.name }]);
		expect(String(alerts[0]?.message).match(/Connection: Enable/g)).toHaveLength(1);
		expect(alerts[0]?.message).toContain(`The credential "Zixly ${name}" is not connected.`);
	});

	it('is reported where the consent was revoked', async () => {
		serviceOf(stage.sandbox, provider).revoke(consent);
		const { error, status, alerts } = await sync({});
		expect(error).toMatchObject({
			class: 'reconnect_required',
			message: `${name} no longer accepts the credential "Zixly ${name}": access was revoked or has expired. Open it in n8n, press Connect and sign in, then run Zixly Own Connection again, or Connection: Enable.`,
		});
		expect(status).toBe('ERROR');
		expect(alerts).toMatchObject([{ alert: 'needsPerson' }]);
	});

	it('is reported where its token ended and it has none to refresh with', async () => {
		const oauthTokenData = { access_token: 'made-up', token_type: 'Bearer' };
		expect(await sync({ oauthTokenData })).toMatchObject({
			error: { class: 'reconnect_required', message: expect.stringContaining('press Connect') },
			status: 'ERROR',
		});
	});

	it('is no matter of the consent where the provider rejects the application', async () => {
		const { error, status } = await sync({ clientSecret: 'made-up-and-wrong' });
		expect(error).toMatchObject({
			class: 'configuration',
			message: expect.stringContaining('Check Client ID, Client Secret'),
		});
		expect(status).toBe('ACTIVE');
	});
});
