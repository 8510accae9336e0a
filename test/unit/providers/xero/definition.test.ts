import { describe, expect, it } from '@jest/globals';

import type { DiscoveryContext } from '../../../../nodes/engine/contract/provider';
import type { ApiRequest, ProviderApi } from '../../../../nodes/engine/contract/api';
import { parseAuthenticationEvent, xeroAccounts } from '../../../../nodes/providers/xero/accounts';
import { getProvider, providers } from '../../../../nodes/providers/registry';
import { toIanaZone } from '../../../../nodes/providers/xero/time-zones';

const jwt = (claims: unknown): string =>
	['{"alg":"none"}', JSON.stringify(claims), 'made-up-signature']
		.map((part) => Buffer.from(part).toString('base64url'))
		.join('.');

interface Peer extends ProviderApi {
	requests: ApiRequest[];
}

function answering(json: unknown): Peer {
	const requests: ApiRequest[] = [];
	return {
		requests,
		resolveLink: (link) => ({ path: link }),
		call: async (request) => {
			requests.push(request);
			expect(request.isValid(json)).toBe(true);
			return await Promise.resolve(json);
		},
	};
}

function discovery(api: ProviderApi, accessToken?: string): DiscoveryContext {
	const application = { clientId: 'made-up-client', clientSecret: 'made-up-secret' };
	const token = async () => await Promise.resolve(accessToken);
	return { api, accessToken: token, application, metadata: {}, timezone: 'Australia/Sydney' };
}

const connection = (
	tenantId: string,
	tenantType = 'ORGANISATION',
	authEventId: unknown = 'event-1',
): object => ({
	id: `connection-${tenantId}`,
	authEventId,
	tenantId,
	tenantName: `Name of ${tenantId}`,
	tenantType,
	createdDateUtc: '2026-12-07T18:46:19.5165400',
});

describe('the organisations of a Xero connection', () => {
	const claiming = (event: unknown) => jwt({ authentication_event_id: event });
	const names = (...ids: string[]) => ids.map((id) => ({ id, name: `Name of ${id}` }));

	it('are of the token’s own consent where their authentication event is its', async () => {
		const practice = connection('practice', 'PRACTICE');
		const other = connection('org-2', 'ORGANISATION', 'event-2');
		const api = answering([connection('org-1'), practice, other, connection('org-3')]);
		expect(await xeroAccounts.list(discovery(api, claiming('event-1')))).toEqual({
			accounts: names('org-1', 'org-2', 'org-3'),
			consent: ['org-1', 'org-3'],
			warnings: [],
		});
		expect(api.requests).toHaveLength(1);
	});

	it.each([undefined, 'opaque-token', 'a.%%%.c', jwt({}), jwt(null), claiming(7), claiming(['event-1'])])(
		'are of no consent where the token (%#) does not say which',
		async (token) => {
			const found = await xeroAccounts.list(discovery(answering([connection('org-1')]), token));
			expect(found).toEqual({ accounts: names('org-1'), consent: null, warnings: [] });
		},
	);

	it.each([undefined, null, '', 7])('are of no consent where the list says %j', async (event) => {
		const api = answering([connection('org-1'), { ...connection('org-2'), authEventId: event }]);
		const found = await xeroAccounts.list(discovery(api, claiming('event-1')));
		expect(found).toMatchObject({ consent: null });
	});

	it('go by the token that the list was given for, not by one that was refused', async () => {
		let token = claiming('event-2');
		const api = answering([connection('org-1')]);
		const context = discovery({
			...api,
			call: async (request) => {
				token = claiming('event-1');
				return await api.call(request);
			},
		});
		const found = await xeroAccounts.list({
			...context,
			accessToken: async () => await Promise.resolve(token),
		});
		expect(found.consent).toEqual(['org-1']);
	});

	it('are not read out of a reply that is something else; entries without an id are rejected one by one', () => {
		const accepts: boolean[] = [];
		const api: ProviderApi = {
			resolveLink: (link) => ({ path: link }),
			call: async ({ isValid }) => {
				for (const json of [null, {}, 'x', [null], [{}], [null, {}, { tenantId: 7 }]])
					accepts.push(isValid(json));
				return await Promise.resolve([]);
			},
		};
		return xeroAccounts
			.list(discovery(api))
			.then(() => expect(accepts).toEqual([false, false, false, true, true, false]));
	});
});

describe('an organisation', () => {
	const KNOWN = { id: 'o', name: 'old name', timezone: null, currency: null };
	const details = (more: object = {}): object => ({
		Status: 'OK',
		Organisations: [
			{ Name: 'Harbour Cafe Pty Ltd', BaseCurrency: 'NZD', Timezone: 'NEWZEALANDSTANDARDTIME', ...more },
		],
	});

	it('gives its name, currency and time zone', async () => {
		const api = answering(details());
		expect(await xeroAccounts.describe(discovery(api), { ...KNOWN, id: 'org-1' })).toEqual({
			account: { id: 'org-1', name: 'Harbour Cafe Pty Ltd', timezone: 'Pacific/Auckland', currency: 'NZD' },
			warnings: [],
		});
		expect(api.requests[0]).toMatchObject({ path: '/api.xro/2.0/Organisation', account: { id: 'org-1' } });
	});

	it('reads an organisation with an unknown time zone in UTC, with a warning', async () => {
		const found = await xeroAccounts.describe(
			discovery(answering(details({ Timezone: 'MARSSTANDARDTIME' }))),
			KNOWN,
		);
		expect(found.account.timezone).toBeNull();
		expect(found.warnings).toEqual([expect.stringContaining('MARSSTANDARDTIME')]);
	});
});

describe('Xero’s time zones', () => {
	it.each([
		['AUSEASTERNSTANDARDTIME', 'Australia/Sydney'],
		['EAUSTRALIASTANDARDTIME', 'Australia/Brisbane'],
		['WAUSTRALIASTANDARDTIME', 'Australia/Perth'],
		['GMTSTANDARDTIME', 'Europe/London'],
		['CENTRALSTANDARDTIME(MEXICO)', 'America/Mexico_City'],
		['UTC+12', 'Etc/GMT-12'],
		// The zones of POSIX count the other way round: this is 13 hours before UTC.
		['UTC+13', 'Etc/GMT-13'],
		['UTC-11', 'Etc/GMT+11'],
		['EASTERNSTANDARDTIME(MEXICO)', 'America/Cancun'],
		['UTC11', 'Etc/GMT+11'],
		['AUS Eastern Standard Time', 'Australia/Sydney'],
	])('%s is %s', (theirs, iana) => {
		expect(toIanaZone(theirs)).toBe(iana);
	});

	it.each([
		['UTC+13', '+13:00'],
		['UTC-11', '-11:00'],
		['UTC', '+00:00'],
	])('%s is %s of UTC on every day', (theirs, offset) => {
		const timeZone = toIanaZone(theirs)!;
		for (const day of ['2026-01-15', '2026-07-15']) {
			const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(
				new Date(day),
			);
			const shown = parts.find(({ type }) => type === 'timeZoneName')!.value.replace('GMT', '') || '+00:00';
			expect(shown).toBe(offset);
		}
	});

	it('does not guess unknown time zones', () => {
		expect(['', 'CONSTRUCTOR', '__proto__', 'toString'].map(toIanaZone)).toEqual(Array(4).fill(undefined));
	});
});

describe('the token’s consent', () => {
	it('is read out of its claims', () => {
		expect(parseAuthenticationEvent(jwt({ authentication_event_id: 'e-1' }))).toBe('e-1');
	});
});

describe('the registry', () => {
	it('names the providers there are where asked for another', () => {
		expect(getProvider('xero')).toBe(providers.xero);
		expect(() => getProvider('toString')).toThrow(/Choose one of: .*xero/);
	});
});
