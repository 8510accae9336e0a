import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { discoverConsentAccounts } from '../../../../nodes/engine/connect/discover-accounts';
import { revokeConsent } from '../../../../nodes/engine/connect/revoke';
import { startSandbox, type Sandbox, type ServiceKey } from '../../../sandbox';
import { consentParts, obtainConsent } from '../../../support/engine/consent';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

/** Who consents to what, and what comes of it. */
const PEOPLE: ReadonlyArray<{
	provider: ServiceKey;
	consent: string;
	names: string[];
	user: string | null;
	metadata: string[];
}> = [
	{
		...{ provider: 'xero', consent: 'harbour', user: 'accountant', metadata: [] },
		names: ['Harbour & Sons Wholesale', 'Harbour Bakery Pty Ltd'],
	},
	{
		...{ provider: 'myob', consent: 'bakehouse', user: 'bakehouse-administrator' },
		...{ metadata: ['businessId'], names: ['Bondi Bakehouse Pty Ltd'] },
	},
	{
		...{ provider: 'hubspot', consent: 'harbour', user: '1', metadata: [] },
		names: ['harbour-marketing.example'],
	},
	{
		...{ provider: 'pipedrive', consent: 'harbour', user: '71', metadata: ['apiDomain'] },
		names: ['Harbour Cafe Pty Ltd'],
	},
	{
		...{ provider: 'asana', consent: 'southern', user: '1299999999999999999', metadata: [] },
		names: ['Southern Labs', 'Southern Studio'],
	},
];

describe('a consent', () => {
	it.each(PEOPLE)('at $provider gives tokens, accounts and the person', async (person) => {
		const parts = consentParts(sandbox, person.provider);
		const consent = await obtainConsent(parts, person.consent);
		expect(consent.tokens.refreshToken).not.toBe('');
		expect(consent.tokens.scopes).toBeDefined();
		expect(Object.keys(consent.metadata)).toEqual(person.metadata);
		const { offered, user, warnings } = await discoverConsentAccounts(parts, consent);
		expect(offered.map(({ name }) => name)).toEqual(person.names);
		expect(offered.every(({ isOfConsent }) => isOfConsent)).toBe(true);
		expect(user).toBe(person.user);
		expect(warnings).toEqual([]);
	});

	it.each(PEOPLE)('at $provider is ended by revocation, where the provider has one', async (person) => {
		const parts = consentParts(sandbox, person.provider);
		const consent = await obtainConsent(parts, person.consent);
		const { offered } = await discoverConsentAccounts(parts, consent);
		const accountIds = offered.map(({ id }) => id);
		const result = await revokeConsent(parts, { ...consent, accountIds, isShared: false });
		expect(result).toBe(person.provider === 'myob' ? 'forgotten' : 'revoked');
		if (result === 'forgotten') return;
		await expect(discoverConsentAccounts(parts, consent)).rejects.toThrow();
	});
});
