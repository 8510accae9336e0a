import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createIntegration } from '../../db/integrations/integrations';
import { createTenant } from '../../db/integrations/tenants';
import { getProvider } from '../../nodes/providers/registry';
import { serviceOf, type ServiceKey } from '../sandbox';
import { bookedRuns, imbalances } from '../support/database/stored';
import { bundledWorkflow, type WorkflowFile } from '../support/checkout';
import { chosenAccounts } from '../support/database/chosen-accounts';
import { differences } from '../support/expect/differences';
import { runWorkflow } from '../support/n8n/engine';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

/** The bundled sync as its note tells a newcomer to set it for an organisation of one's own. */
function withOwnCredential({ provider, integrationId }: Tenant): WorkflowFile {
	const workflow = bundledWorkflow(`zixly-sync-${provider}`);
	const set = (name: string, parameters: object) =>
		Object.assign(workflow.nodes.find((node) => node.name === name)?.parameters ?? {}, parameters);
	set('Claim Due', {
		authentication: 'n8nCredential',
		integrationId: { __rl: true, mode: 'list', value: integrationId },
	});
	set('Extract', { authentication: 'n8nCredential' });
	return workflow;
}

/** How the client proves itself, what a token reply looks like and what a 401 means differ. */
const PROVIDERS: Array<[provider: ServiceKey, consent: string, rows: number]> = [
	['myob', 'young', 4],
	['xero', 'harbour', 26],
];

describe.each(PROVIDERS)(
	'a sync of %s with the token of n8n’s own OAuth dialog',
	(provider, consent, rows) => {
		let stage: SyncStage;
		let tenant: Tenant;

		beforeAll(async () => {
			stage = await syncStage('own-credential', provider);
			const { pool } = stage.database;
			const { id: tenantId, name } = await createTenant(pool, { name: 'My First Tenant' });
			const { accessToken, refreshToken, expiresIn, metadata } = service().connect(consent);
			const { integrationId } = await createIntegration(pool, {
				...{ tenantId, provider },
				metadata: { ...metadata, ...chosenAccounts(stage.sandbox, provider, consent).metadata },
				authentication: 'n8n',
			});
			tenant = { id: tenantId, name, provider, consent, integrationId };
			credential().data.oauthTokenData = {
				access_token: accessToken,
				refresh_token: refreshToken,
				expires_in: expiresIn,
				token_type: 'Bearer',
			};
		});

		afterAll(async () => {
			await stage?.close();
		});

		const service = () => serviceOf(stage.sandbox, provider);

		function credential() {
			const { credential: type } = getProvider(provider);
			const found = stage.scenario.credentials.find((one) => one.type === type);
			if (!found) throw new Error(`The credential of ${provider} is gone.`);
			return found;
		}

		async function sync() {
			const { credentials } = stage.scenario;
			const run = await runWorkflow(withOwnCredential(tenant), { credentials });
			// Where the run failed, Finish says so (Fail When).
			expect(run.error?.node ?? 'Finish').toBe('Finish');
			return await bookedRuns(stage.database.admin, run.executionId);
		}

		it('loads what that consent reaches', async () => {
			const runs = await sync();
			expect(runs).toMatchObject([{ status: 'succeeded', rows: { inserted: rows } }]);
			expect(runs.flatMap(imbalances)).toEqual([]);
			expect(await differences(stage.database.admin, stage.sandbox, tenant)).toEqual([]);
		});

		it('lets n8n refresh the token, and n8n keeps the new one', async () => {
			const before = JSON.stringify(credential().data.oauthTokenData);
			service().expireAccessTokens();
			expect(await sync()).toMatchObject([{ status: 'succeeded', rows: { inserted: 0, updated: 0 } }]);
			expect(JSON.stringify(credential().data.oauthTokenData)).not.toBe(before);
		});

		it('asks for a person where the consent is gone', async () => {
			service().revoke(consent);
			expect(await sync()).toMatchObject([{ status: 'failed', error: { class: 'reconnect_required' } }]);
		});

		it('is left alone by the sync of the stored tokens', async () => {
			const { items } = await stage.sync();
			expect(items('Claim Due')).toEqual([]);
		});
	},
);

describe('a sync of HubSpot with the token of n8n’s own OAuth dialog, which lives for 30 minutes', () => {
	let stage: SyncStage;
	let tenant: Tenant;
	const consent = 'harbour';

	beforeAll(async () => {
		stage = await syncStage('own-hubspot', 'hubspot');
		const { pool } = stage.database;
		const { id: tenantId, name } = await createTenant(pool, { name: 'My First Tenant' });
		const { accessToken, refreshToken, expiresIn, metadata } = stage.sandbox.hubspot.connect(consent);
		const { integrationId } = await createIntegration(pool, {
			...{ tenantId, provider: 'hubspot' as const },
			metadata: { ...metadata, ...chosenAccounts(stage.sandbox, 'hubspot', consent).metadata },
			authentication: 'n8n',
		});
		tenant = { id: tenantId, name, provider: 'hubspot', consent, integrationId };
		const { credential: type } = getProvider('hubspot');
		const found = stage.scenario.credentials.find((one) => one.type === type)!;
		found.data.oauthTokenData = {
			access_token: accessToken,
			refresh_token: refreshToken,
			expires_in: expiresIn,
			token_type: 'Bearer',
		};
	});

	afterAll(async () => {
		await stage?.close();
	});

	async function sync() {
		const { credentials } = stage.scenario;
		const run = await runWorkflow(withOwnCredential(tenant), { credentials });
		expect(run.error).toBeUndefined();
		return (await bookedRuns(stage.database.admin, run.executionId))[0]!;
	}

	async function names(): Promise<string[]> {
		const { rows } = await stage.database.admin.query<{ name: string }>(
			`select name from etl.accounts where tenant_id = $1
			union all select distinct client_name from client_kpis where tenant_id = $1`,
			[tenant.id],
		);
		return rows.map(({ name }) => name);
	}

	const introspections = () =>
		stage.sandbox.hubspot.requests.filter(({ path }) => path.endsWith('/token/introspect')).length;

	it('keeps the portal’s name where the token had ended, and asks again with the new one', async () => {
		expect(await sync()).toMatchObject({ status: 'succeeded' });
		const known = await names();
		expect(known).not.toEqual([]);
		expect(known.filter((name) => /^(?:HubSpot )?\d+$/.test(name))).toEqual([]);
		for (let run = 0; run < 2; run++) {
			stage.sandbox.hubspot.expireAccessTokens();
			stage.sandbox.hubspot.clearRequests();
			expect(await sync()).toMatchObject({ status: 'succeeded' });
			expect(await names()).toEqual(known);
			// With the token that had ended, once more after n8n renewed it, and with the new one.
			expect(introspections()).toBe(3);
		}
	});

	it('knows the name from the first sync on, also where the token had ended before it', async () => {
		await stage.database.admin.query(`delete from client_kpis where tenant_id = $1`, [tenant.id]);
		await stage.database.admin.query(`delete from etl.stream_states where tenant_id = $1`, [tenant.id]);
		await stage.database.admin.query(`update etl.accounts set name = '' where tenant_id = $1`, [tenant.id]);
		stage.sandbox.hubspot.expireAccessTokens();
		expect(await sync()).toMatchObject({ status: 'succeeded' });
		const known = await names();
		expect(known.filter((name) => name === '' || /^(?:HubSpot )?\d+$/.test(name))).toEqual([]);
	});
});
