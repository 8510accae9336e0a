import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createIntegration } from '../../db/integrations';
import { createTenant } from '../../db/tenants';
import { bookedRuns, imbalances } from '../support/books';
import { bundledWorkflow, type WorkflowFile } from '../support/checkout';
import { differences } from '../support/expected';
import { runWorkflow } from '../support/n8n-engine';
import type { Tenant } from '../support/scenario';
import { syncStage, type SyncStage } from '../support/sync-stage';

/** The bundled sync as its note tells a newcomer to set it for an organisation of one's own. */
function withOwnCredential(integrationId: string): WorkflowFile {
	const workflow = bundledWorkflow('zixly-sync-xero');
	const set = (name: string, parameters: object) =>
		Object.assign(workflow.nodes.find((node) => node.name === name)?.parameters ?? {}, parameters);
	set('Claim Due', {
		authentication: 'n8nCredential',
		integrationId: { __rl: true, mode: 'list', value: integrationId },
	});
	set('Extract', { authentication: 'n8nCredential' });
	return workflow;
}

describe('a sync with the token that n8n’s own OAuth dialog obtained', () => {
	let stage: SyncStage;
	let tenant: Tenant;

	beforeAll(async () => {
		stage = await syncStage('own-credential');
		const { pool } = stage.database;
		const { id: tenantId, name } = await createTenant(pool, { name: 'My First Tenant' });
		const { integrationId } = await createIntegration(pool, {
			tenantId,
			provider: 'xero',
			authentication: 'n8n',
		});
		tenant = { id: tenantId, name, provider: 'xero', consent: 'harbour', integrationId };
		const { accessToken, refreshToken, expiresIn } = stage.sandbox.xero.connect('harbour');
		xeroCredential().data.oauthTokenData = {
			access_token: accessToken,
			refresh_token: refreshToken,
			expires_in: expiresIn,
			token_type: 'Bearer',
		};
	});

	afterAll(async () => {
		await stage?.close();
	});

	function xeroCredential() {
		const found = stage.scenario.credentials.find(({ id }) => id === 'zixlyXero');
		if (!found) throw new Error('The credential zixlyXero is gone.');
		return found;
	}

	async function sync() {
		const { credentials } = stage.scenario;
		const run = await runWorkflow(withOwnCredential(tenant.integrationId), { credentials });
		expect(run.error).toBeUndefined();
		return await bookedRuns(stage.database.admin, run.executionId);
	}

	it('loads the organisations of that consent', async () => {
		const runs = await sync();
		expect(runs).toMatchObject([{ status: 'succeeded', rows: { inserted: 26 } }]);
		expect(runs.flatMap(imbalances)).toEqual([]);
		expect(await differences(stage.database.admin, stage.sandbox, tenant)).toEqual([]);
	});

	it('lets n8n refresh the token, and n8n keeps the new one', async () => {
		const before = JSON.stringify(xeroCredential().data.oauthTokenData);
		stage.sandbox.xero.expireAccessTokens();
		expect(await sync()).toMatchObject([{ status: 'succeeded', rows: { inserted: 0, updated: 0 } }]);
		expect(JSON.stringify(xeroCredential().data.oauthTokenData)).not.toBe(before);
	});

	it('asks for a person where the consent is gone', async () => {
		stage.sandbox.xero.revoke('harbour');
		expect(await sync()).toMatchObject([{ status: 'failed', error: { class: 'reconnect_required' } }]);
	});

	it('is left alone by the sync of the stored tokens', async () => {
		const { items } = await stage.sync();
		expect(items('Claim Due')).toEqual([]);
	});
});
