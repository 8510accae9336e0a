import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { buildAuthorizeUrl, listScopes, openConnectClient } from '../../../../nodes/engine/connect/authorize';
import type { ConsentFailure } from '../../../../nodes/engine/connect/consent-failure';
import { discoverConsentAccounts } from '../../../../nodes/engine/connect/discover-accounts';
import { exchangeCode } from '../../../../nodes/engine/connect/exchange-code';
import { providers } from '../../../../nodes/providers/registry';
import { serviceOf, startSandbox, type Sandbox, type ServiceKey } from '../../../sandbox';
import { walkConsentPages, type PersonsChoice } from '../../../support/http/consent-pages';
import {
	consentParts,
	giveConsent,
	grantOf,
	obtainConsent,
	REDIRECT_URI,
} from '../../../support/engine/consent';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const SAM = 'sam@agency.example';

/** Who consents to what, and what comes of it. */
const PEOPLE: ReadonlyArray<{
	provider: ServiceKey;
	choice: PersonsChoice;
	names: string[];
	metadata: string[];
}> = [
	{
		...{ provider: 'xero', choice: { login: 'accountant', account: 'Harbour & Sons Wholesale' } },
		...{ names: ['Harbour & Sons Wholesale'], metadata: [] },
	},
	{
		...{ provider: 'myob', choice: { login: SAM, account: 'Bakehouse of Last Year' } },
		...{ names: ['Bakehouse of Last Year'], metadata: ['businessId'] },
	},
	{
		...{ provider: 'hubspot', choice: { login: SAM, account: 'southern-cross.example' } },
		...{ names: ['southern-cross.example'], metadata: [] },
	},
	{
		...{ provider: 'pipedrive', choice: { login: SAM, account: 'Southern Fitouts Ltd' } },
		...{ names: ['Southern Fitouts Ltd'], metadata: ['apiDomain'] },
	},
	{
		...{ provider: 'asana', choice: { login: 'southern-user' } },
		...{ names: ['Southern Labs', 'Southern Studio'], metadata: [] },
	},
];

const choiceAt = (provider: string): PersonsChoice =>
	PEOPLE.find((person) => person.provider === provider)!.choice;

describe('a consent', () => {
	it.each(PEOPLE)('gives tokens, the chosen accounts and the person, at $provider', async (person) => {
		const { provider, choice, names, metadata } = person;
		const parts = consentParts(sandbox, provider);
		const consent = await obtainConsent(parts, choice);
		expect(consent.tokens.refreshToken).not.toBe('');
		expect(consent.tokens.scopes).toEqual(
			expect.arrayContaining(provider === 'pipedrive' ? [] : listScopes(parts)),
		);
		expect(Object.keys(consent.metadata)).toEqual(metadata);
		const { offered, user, warnings } = await discoverConsentAccounts(parts, consent);
		expect(offered.map(({ name }) => name)).toEqual(names);
		expect(offered.every(({ isOfConsent }) => isOfConsent)).toBe(true);
		expect(user).toMatch(/\S/);
		expect(warnings).toEqual([]);
	});

	it.each(PEOPLE)('identifies the same person the same way each time, at $provider', async (person) => {
		const parts = consentParts(sandbox, person.provider);
		const users = [];
		for (const choice of [person.choice, person.choice])
			users.push((await discoverConsentAccounts(parts, await obtainConsent(parts, choice))).user);
		expect(users[0]).toBe(users[1]);
	});

	it.each(PEOPLE)('says so when it is denied, at $provider', async ({ provider, choice }) => {
		const parts = consentParts(sandbox, provider);
		const given = await giveConsent(parts, { ...choice, denies: true });
		expect(() => grantOf(given)).toThrow(expect.objectContaining({ problem: 'denied' }));
	});

	it.each(PEOPLE)('is spent by the first exchange, at $provider', async ({ provider, choice }) => {
		const parts = consentParts(sandbox, provider);
		const given = await giveConsent(parts, choice);
		const consent = await exchangeCode(given.client, grantOf(given));
		await expect(exchangeCode(given.client, grantOf(given))).rejects.toMatchObject({ problem: 'expired' });
		// Which ends what it gave: this is why it is never sent again.
		await expect(discoverConsentAccounts(parts, consent)).rejects.toMatchObject({
			failureClass: 'reconnect_required',
		});
	});

	it.each(PEOPLE)('sends a lost code once, at $provider', async ({ provider, choice }) => {
		const parts = consentParts(sandbox, provider);
		const service = serviceOf(sandbox, provider);
		const given = await giveConsent(parts, choice);
		service.clearRequests();
		service.faults.add({ kind: 'lostReply', path: pathOfToken(provider), count: 'always' });
		await expect(exchangeCode(given.client, grantOf(given))).rejects.toMatchObject({
			...{ problem: 'provider_down', failureClass: 'provider_unavailable' },
			summary: expect.stringMatching('did not arrive') as unknown as string,
		});
		expect(service.requests.filter(({ grantType }) => grantType === 'authorization_code')).toHaveLength(1);
	});

	it('proves at MYOB that the token reaches the company file that the redirect names', async () => {
		const parts = consentParts(sandbox, 'myob');
		const given = await giveConsent(parts, choiceAt('myob'));
		// The person changed the address in the browser.
		const other = { ...given.query, businessId: sandbox.myob.file('orchard').id, businessName: 'Bakehouse' };
		const consent = await exchangeCode(given.client, grantOf({ ...given, query: other }));
		await expect(discoverConsentAccounts(parts, consent)).rejects.toMatchObject({
			failureClass: 'not_permitted',
		});
	});

	it('names no company file at MYOB without prompt=consent: an old key lists them', async () => {
		const parts = consentParts(sandbox, 'myob', { authQueryParameters: '' });
		const consent = await obtainConsent(parts, choiceAt('myob'));
		expect(consent.metadata).toEqual({});
		const failure = discoverConsentAccounts(parts, consent);
		await expect(failure).rejects.toMatchObject({ failureClass: 'needs_choice' });
		sandbox.myob.setLimits({ oldKey: 1 });
		const { offered } = await discoverConsentAccounts(parts, consent);
		expect(offered).toHaveLength(2);
		expect(offered.every(({ isOfConsent }) => !isOfConsent)).toBe(true);
	});
});

describe('a Xero consent', () => {
	const parts = () => consentParts(sandbox, 'xero');
	const consentTo = async (account: string) => await obtainConsent(parts(), { login: 'accountant', account });

	it('is for its own organisation alone, though the token reaches those of the person’s other consents', async () => {
		await consentTo('Southern Cross Engineering');
		const { offered } = await discoverConsentAccounts(parts(), await consentTo('Harbour Bakery Pty Ltd'));
		expect(offered.map(({ name, isOfConsent }) => [name, isOfConsent])).toEqual([
			['Harbour Bakery Pty Ltd', true],
			['Southern Cross Engineering', false],
		]);
	});

	it('is found by when the organisation was connected if that keeps the event of an earlier consent', async () => {
		sandbox.xero.setLimits({ renewsEvent: 0 });
		await consentTo('Southern Cross Engineering');
		await consentTo('Harbour Bakery Pty Ltd');
		sandbox.clock.shift(3_600);
		const again = await consentTo('Harbour Bakery Pty Ltd');
		const { offered } = await discoverConsentAccounts(parts(), again);
		expect(offered.filter(({ isOfConsent }) => isOfConsent).map(({ name }) => name)).toEqual([
			'Harbour Bakery Pty Ltd',
		]);
	});

	it('is reported before anything is stored if it lacks the scope of refresh tokens', async () => {
		const lacking = consentParts(sandbox, 'xero', { scope: 'accounting.settings.read' });
		const client = openConnectClient(lacking);
		const request = { redirectUri: REDIRECT_URI, state: 'made-up-state', challenge: null };
		const url = buildAuthorizeUrl(client, { ...request, scopes: ['accounting.settings.read'] });
		const back = await walkConsentPages(url, choiceAt('xero'));
		const given = { client, query: Object.fromEntries(back.searchParams), verifier: null };
		await expect(exchangeCode(client, grantOf(given))).rejects.toMatchObject({
			...{ problem: 'scope_missing', scopes: ['offline_access'] },
		} satisfies Partial<ConsentFailure>);
	});
});

function pathOfToken(provider: string): string {
	const { endpoints, prefix } = serviceOf(sandbox, provider);
	return new URL(endpoints.accessTokenUrl).pathname.slice(prefix.length);
}

it('has every provider of the registry among its people', () => {
	expect(PEOPLE.map(({ provider }) => provider).sort()).toEqual(Object.keys(providers).sort());
});
