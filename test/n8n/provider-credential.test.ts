import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';

import { providers } from '../../nodes/providers/registry';
import { serviceOf } from '../sandbox';
import { setStage, type Stage } from '../demo/stage';
import { recordingProxy, type RecordingProxy } from '../support/http/recording-proxy';
import { RealN8n, type N8nServer } from '../support/n8n/real-n8n';
import type { N8nSession } from '../support/n8n/session';
import { browser, withPage } from './editor';

/** The hosts of consent page and token address, with the switch off. */
const PROVIDERS: Array<[provider: string, consentPage: string, scope: string | null, tokenHost: string]> = [
	['asana', 'app.asana.com/-/oauth_authorize', 'workspaces:read projects:read tasks:read', 'app.asana.com'],
	[
		'hubspot',
		'app.hubspot.com/oauth/authorize',
		'oauth crm.objects.deals.read crm.objects.companies.read crm.schemas.deals.read',
		'api.hubapi.com',
	],
	[
		'myob',
		'secure.myob.com/oauth2/account/authorize',
		'sme-company-file sme-company-settings sme-general-ledger',
		'secure.myob.com',
	],
	['pipedrive', 'oauth.pipedrive.com/oauth/authorize', null, 'oauth.pipedrive.com'],
	[
		'xero',
		'login.xero.com/identity/connect/authorize',
		'openid profile email offline_access accounting.settings.read accounting.reports.profitandloss.read accounting.reports.banksummary.read',
		'identity.xero.com',
	],
];

/** What a newcomer sees of a provider's credential, and what n8n makes of it. */
(browser ? describe : describe.skip)('a provider’s credential in a real n8n', () => {
	let stage: Stage;
	let n8n: RealN8n;
	let server: N8nServer;
	let proxy: RecordingProxy;
	let session: N8nSession;

	beforeAll(async () => {
		stage = await setStage();
		proxy = await recordingProxy();
		n8n = await RealN8n.create({
			database: await stage.createDatabase('n8n'),
			env: { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1,localhost' },
		});
		server = await n8n.start();
		session = await server.signIn();
	});
	afterAll(async () => {
		await n8n?.close();
		await proxy?.close();
		await stage?.close();
	});

	/** Saves a new credential with these values besides those of the app; resolves to its ID. */
	async function save(provider: string, data: object = {}): Promise<string> {
		const { credential: type, displayName } = providers[provider]!;
		const app = { clientId: 'made-up-client', clientSecret: 'made-up-secret' };
		const body = { name: `Zixly ${displayName}`, type, data: { ...app, ...data } };
		return (await session.rest<{ id: string }>('POST', 'credentials', body)).id;
	}

	const consentPage = async (id: string): Promise<URL> =>
		new URL(await session.rest<string>('GET', `oauth2-credential/auth?id=${id}`));

	/** Comes back from the consent page with a made-up code, which n8n takes to the token address. */
	async function comeBack(state: string | null): Promise<void> {
		const query = new URLSearchParams({ state: state ?? '', code: 'made-up-code' });
		await session.open(`oauth2-credential/callback?${query}`);
	}

	it.each(PROVIDERS)(
		'connects %s at the provider with the switch off',
		async (provider, page, scope, host) => {
			const address = await consentPage(await save(provider));
			expect(address.host + address.pathname).toBe(page);
			expect(address.protocol).toBe('https:');
			expect(address.searchParams.get('client_id')).toBe('made-up-client');
			expect(address.searchParams.get('scope') || null).toBe(scope);
			expect(address.searchParams.get('prompt')).toBe(provider === 'myob' ? 'consent' : null);
			proxy.hosts.length = 0;
			await comeBack(address.searchParams.get('state'));
			expect(new Set(proxy.hosts)).toEqual(new Set([`${host}:443`]));
		},
	);

	it.each(PROVIDERS)('connects %s at the sandbox with the switch on', async (provider) => {
		const { authUrl, accessTokenUrl, apiBaseUrl } = serviceOf(stage.sandbox, provider).endpoints;
		const entered = { customAuthUrl: authUrl, customAccessTokenUrl: accessTokenUrl, apiBaseUrl };
		const address = await consentPage(await save(provider, { customAddresses: true, ...entered }));
		expect(address.href.startsWith(`${authUrl}?`)).toBe(true);
		proxy.hosts.length = 0;
		await comeBack(address.searchParams.get('state'));
		expect(proxy.hosts).toEqual([]);
		const paths = serviceOf(stage.sandbox, provider).requests.map(({ path }) => path);
		expect(paths.some((path) => accessTokenUrl.endsWith(path))).toBe(true);
	});

	it('asks MYOB for no company file, and for other scopes, where that is chosen', async () => {
		const chosen = { askForCompanyFile: false, customScopes: true, enabledScopes: 'CompanyFile' };
		const address = await consentPage(await save('myob', chosen));
		expect(address.searchParams.get('prompt')).toBeNull();
		expect(address.searchParams.get('scope')).toBe('CompanyFile');
	});

	it('shows a newcomer Client ID, Client Secret and two switches, and keeps addresses that were entered', async () => {
		const id = await save('xero');
		await withPage(server, async (page) => {
			await open(page, id);
			expect(await labels(page)).toEqual([
				'OAuth Redirect URL',
				'Client ID *',
				'Client Secret *',
				// n8n's own, in every OAuth credential.
				'Allowed HTTP Request Domains',
				'Custom Scopes',
				'Custom Addresses',
			]);
			await input(page, 'customAddresses').locator('.el-switch').click();
			await input(page, 'customAuthUrl').locator('input').fill('https://proxy.example/login');
			const saved = page.waitForResponse((reply) => reply.request().method() === 'PATCH' && reply.ok());
			await page.locator('[data-test-id="credential-save-button"]').click();
			await saved;
			await open(page, id);
			expect(await labels(page)).toEqual(expect.arrayContaining(['Authorization URL *', 'API Base URL *']));
			const field = input(page, 'customAuthUrl').locator('input');
			expect(await field.inputValue()).toBe('https://proxy.example/login');
		});
		expect((await consentPage(id)).host).toBe('proxy.example');
	});

	async function open(page: Page, id: string): Promise<void> {
		await page.goto(`${server.browserUrl}/home/credentials/${id}`);
		await page.locator('[data-test-id="oauth-not-connected-banner"]').waitFor();
	}

	const input = (page: Page, name: string): Locator =>
		page.locator(`[data-test-id="parameter-input-${name}"]`);

	const labels = async (page: Page): Promise<string[]> =>
		(await page.locator('[data-test-id="editCredential-modal"] label').allInnerTexts()).map((text) =>
			text.split('\n')[0]!.trim(),
		);
});
