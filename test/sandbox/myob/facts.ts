import { jsonReply } from '../core/reply';
import type { Grant, ServiceFacts } from '../service';
import type { CompanyFile, MyobConsent } from './catalogue';
import { problems } from './problems';
import { MYOB_CLIENT, MYOB_LIMITS, MYOB_SCOPES, type MyobLimits } from './settings';

/** The company file that a consent is for. */
export function fileOf(
	consents: ReadonlyMap<string, MyobConsent>,
	{ consent, accounts }: Pick<Grant, 'consent' | 'accounts'>,
): CompanyFile {
	const { file, others } = consents.get(consent)!;
	return others.find(({ id }) => accounts?.includes(id)) ?? file;
}

/** What is fixed of MYOB: the client comes in the body, a refresh token dies when used, a consent names its file. */
export function myobFacts(consents: ReadonlyMap<string, MyobConsent>): ServiceFacts<MyobConsent, MyobLimits> {
	return {
		key: 'myob',
		displayName: 'MYOB',
		client: MYOB_CLIENT,
		settings: MYOB_LIMITS,
		consents,
		oauth: {
			authorizePath: '/oauth2/account/authorize',
			tokenPath: '/oauth2/v1/authorize',
			clientAuthentication: 'body',
			scopes: MYOB_SCOPES,
			tokens: { rotates: true },
			tokenType: 'bearer',
			tokenFields: ({ user }) => ({ user: { uid: user, username: `${user}@example.com` } }),
			accounts: (name) => {
				const consent = consents.get(name);
				return consent ? [consent.file, ...consent.others] : [];
			},
			// MYOB names the file only where the page was asked for in so many words.
			redirectFields: (grant, query): Record<string, string> => {
				const { id, name } = fileOf(consents, grant);
				return query.get('prompt') === 'consent' ? { businessId: id, businessName: name } : {};
			},
			metadata: (grant) => {
				const { id: businessId, timezone } = fileOf(consents, grant);
				return { businessId, timezone };
			},
		},
		unauthorized: () => problems.unauthorized(),
		faults: {
			path: '/accountright/',
			paths: { gatewayTimeout: '/Report/' },
			replies: {
				/** `status` 429 where a proxy says it in its own way. */
				tooManyRequests: ({ status = 403 }, { waitHeaders }) =>
					status === 403
						? problems.perSecond(waitHeaders(null))
						: { status, headers: waitHeaders(1), body: '' },
				dayLimit: (_fault, { waitHeaders }) => problems.daily(waitHeaders(null)),
				errorBody: () =>
					jsonReply(200, { Errors: [{ Name: 'InternalError', Message: 'The sandbox failed' }] }),
				unauthorized: () => problems.unauthorized(),
				accessDenied: () => problems.accessDenied(),
				developerInactive: () => problems.developerInactive(),
				gatewayTimeout: () => problems.gatewayTimeout(),
				notFound: () => problems.notFound(),
			},
			/** Fields no one has heard of, the list of figures under another name, figures as texts. */
			rewritten: {
				unknownFields: (body) => body.replace(/"AccountTotal"/g, '"Trend":[1],"AccountTotal"'),
				fieldsRemoved: (body) => body.replace(/"(AccountsBreakdown|Items)"/, '"Moved"'),
				fieldTypesChanged: (body) => body.replace(/"AccountTotal":(-?[\d.]+)/g, '"AccountTotal":"$1"'),
			},
		},
	};
}
