import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { discoverConsentAccounts } from '../../../../nodes/engine/connect/discover-accounts';
import type { Consent } from '../../../../nodes/engine/connect/exchange-code';
import { revokeConsent, type Revocation } from '../../../../nodes/engine/connect/revoke';
import { serviceOf, startSandbox, type Sandbox } from '../../../sandbox';
import { consentParts, obtainConsent } from '../../../support/engine/consent';
import type { PersonsChoice } from '../../../support/http/consent-pages';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const SAM = 'sam@agency.example';
const ACCOUNTANT = 'accountant';

const consentTo = async (provider: string, choice: PersonsChoice): Promise<Consent> =>
	await obtainConsent(consentParts(sandbox, provider), choice);

async function idsOf(provider: string, consent: Consent): Promise<string[]> {
	const { offered } = await discoverConsentAccounts(consentParts(sandbox, provider), consent);
	return offered.filter(({ isOfConsent }) => isOfConsent).map(({ id }) => id);
}

async function revoke(provider: string, consent: Consent, more: object = {}): Promise<Revocation> {
	const accountIds = await idsOf(provider, consent);
	const ended = { ...consent, accountIds, isShared: false, ...more };
	return await revokeConsent(consentParts(sandbox, provider), ended);
}

describe('the revocation of a consent', () => {
	it('ends its own organisation at Xero, and not those of the same person’s other tenants', async () => {
		const neighbours = await consentTo('xero', { login: ACCOUNTANT, account: 'Southern Cross Engineering' });
		const mine = await consentTo('xero', { login: ACCOUNTANT, account: 'Harbour Bakery Pty Ltd' });
		// The organisation alone decides: the person is always shared.
		expect(await revoke('xero', mine, { isShared: true })).toBe('revoked');
		const { offered } = await discoverConsentAccounts(consentParts(sandbox, 'xero'), neighbours);
		expect(offered.map(({ name }) => name)).toEqual(['Southern Cross Engineering']);
		const paths = sandbox.xero.requests.map(({ method, path }) => `${method} ${path.slice(0, 13)}`);
		expect(paths).toContain('DELETE /connections/');
		expect(paths.some((path) => path.includes('revocation'))).toBe(false);
	});

	it('works at Xero with an expired access token, and may be repeated', async () => {
		const mine = await consentTo('xero', { login: ACCOUNTANT, account: 'Harbour Bakery Pty Ltd' });
		const accountIds = await idsOf('xero', mine);
		sandbox.xero.expireAccessTokens();
		const ended = { ...mine, accountIds, isShared: false };
		expect(await revokeConsent(consentParts(sandbox, 'xero'), ended)).toBe('revoked');
		expect(await revokeConsent(consentParts(sandbox, 'xero'), ended)).toBe('revoked');
	});

	it.each([
		['hubspot', { login: SAM, account: 'harbour-marketing.example' }, '/oauth/2026-09/token/revoke'],
		['pipedrive', { login: SAM, account: 'Harbour Cafe Pty Ltd' }, '/oauth/revoke'],
		['asana', { login: 'southern-user' }, '/-/oauth_revoke'],
	])('ends the refresh token at %s, unless others use the same login', async (provider, choice, path) => {
		const consent = await consentTo(provider, choice);
		const calls = () => serviceOf(sandbox, provider).requests.filter((request) => request.path === path);
		expect(await revoke(provider, consent, { isShared: true })).toBe('forgotten');
		expect(calls()).toEqual([]);
		expect(await revoke(provider, consent)).toBe('revoked');
		expect(calls()).toHaveLength(1);
	});

	it('only forgets at MYOB, which has none', async () => {
		const consent = await consentTo('myob', { login: SAM, account: 'Bondi Bakehouse Pty Ltd' });
		expect(await revoke('myob', consent)).toBe('forgotten');
	});

	it.each([
		['hubspot', { login: SAM, account: 'harbour-marketing.example' }, 'revoke'],
		['xero', { login: ACCOUNTANT, account: 'Harbour Bakery Pty Ltd' }, '/connections'],
	])('never throws when %s is down or says no, and logs no token', async (provider, choice, path) => {
		const consent = await consentTo(provider, choice);
		const accountIds = await idsOf(provider, consent);
		const lines: string[] = [];
		const log = {
			debug: () => undefined,
			info: () => undefined,
			warn: (line: string) => void lines.push(line),
		};
		const parts = { ...consentParts(sandbox, provider), log };
		serviceOf(sandbox, provider).faults.add({
			kind: 'status',
			status: 403,
			body: 'no',
			path,
			count: 'always',
		});
		expect(await revokeConsent(parts, { ...consent, accountIds, isShared: false })).toBe('forgotten');
		expect(lines).toHaveLength(1);
		const { accessToken, refreshToken } = consent.tokens;
		for (const token of [accessToken, refreshToken]) expect(lines[0]).not.toContain(token);
	});

	it('sends nothing for a consent without tokens or accounts', async () => {
		const tokens = { accessToken: '', refreshToken: null, expiresAt: null };
		for (const provider of ['xero', 'hubspot', 'pipedrive', 'asana', 'myob']) {
			const empty = { tokens, metadata: {}, accountIds: [], isShared: false };
			expect(await revokeConsent(consentParts(sandbox, provider), empty)).toBe('forgotten');
			expect(serviceOf(sandbox, provider).requests).toEqual([]);
		}
	});
});
