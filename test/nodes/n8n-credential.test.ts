import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { serviceOf, type ServiceKey } from '../sandbox';
import { bookedRuns, imbalances } from '../support/database/stored';
import { differences } from '../support/expect/differences';
import type { StoredCredential } from '../support/n8n/credentials';
import { runWorkflow } from '../support/n8n/engine';
import { connectOwnCredential, withOwnCredential } from '../support/n8n/own-credential';
import type { Tenant } from '../support/n8n/scenario';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

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
		let credential: StoredCredential;

		beforeAll(async () => {
			stage = await syncStage('own-credential', provider);
			({ tenant, credential } = await connectOwnCredential(stage, provider, consent));
		});

		afterAll(async () => {
			await stage?.close();
		});

		const service = () => serviceOf(stage.sandbox, provider);

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
			const before = JSON.stringify(credential.data.oauthTokenData);
			service().expireAccessTokens();
			expect(await sync()).toMatchObject([{ status: 'succeeded', rows: { inserted: 0, updated: 0 } }]);
			expect(JSON.stringify(credential.data.oauthTokenData)).not.toBe(before);
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
		({ tenant } = await connectOwnCredential(stage, 'hubspot', consent));
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
