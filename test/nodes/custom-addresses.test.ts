import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { ServiceKey } from '../sandbox';
import { getProvider } from '../../nodes/providers/registry';
import { recordingProxy, type RecordingProxy } from '../support/http/recording-proxy';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

/** Where each provider is called with the switch off: for tokens, then for data. */
const PROVIDERS: Array<[provider: ServiceKey, consent: string, tokenHost: string, apiHost: string]> = [
	['asana', 'harbour', 'app.asana.com:443', 'app.asana.com:443'],
	['hubspot', 'harbour', 'api.hubapi.com:443', 'api.hubapi.com:443'],
	['myob', 'young', 'secure.myob.com:443', 'api.myob.com:443'],
	['pipedrive', 'harbour', 'oauth.pipedrive.com:443', 'harbour.pipedrive.com:443'],
	['xero', 'harbour', 'identity.xero.com:443', 'api.xero.com:443'],
];

/** The same stored values are used or not, as the switch says. */
describe.each(PROVIDERS)('the credential of %s', (provider, consent, tokenHost, apiHost) => {
	let stage: SyncStage;
	let proxy: RecordingProxy;

	beforeAll(async () => {
		stage = await syncStage(`custom-addresses-${provider}`, provider);
		proxy = await recordingProxy();
		process.env.HTTPS_PROXY = proxy.url;
	});

	afterAll(async () => {
		delete process.env.HTTPS_PROXY;
		await proxy?.close();
		await stage?.close();
	});

	/** The hosts that a sync of the tenant calls, besides the sandbox. */
	async function sync(customAddresses: boolean): Promise<string[]> {
		const { credential } = getProvider(provider);
		const credentials = stage.scenario.credentials.map((one) =>
			one.type === credential ? { ...one, data: { ...one.data, customAddresses } } : one,
		);
		proxy.hosts.length = 0;
		await stage.sync({ credentials });
		return [...new Set(proxy.hosts)];
	}

	it('leads to the sandbox while Custom Addresses is on', async () => {
		await stage.scenario.connect('A', consent, provider);
		const { runs } = await stage.sync();
		expect(runs.get('A')).toMatchObject({ status: expect.stringMatching(/succeeded|partial/) });
		expect(proxy.hosts).toEqual([]);
	});

	it('leads to the provider for data while it is off, whatever was entered before', async () => {
		await stage.database.admin.query(
			`update integrations set metadata = metadata || '{"apiDomain": "https://harbour.pipedrive.com"}'`,
		);
		expect(await sync(false)).toEqual([apiHost]);
	});

	it('leads to the provider for tokens while it is off', async () => {
		await stage.database.admin.query(`update integrations set expires_at = now() - interval '1 hour'`);
		expect(await sync(false)).toEqual([tokenHost]);
	});
});
