import { jsonReply } from '../core/reply';
import type { ServiceFacts } from '../service';
import type { MyobConsent } from './catalogue';
import { problems } from './problems';
import { MYOB_CLIENT, MYOB_LIMITS, MYOB_SCOPES, type MyobLimits } from './settings';

/** What is fixed of MYOB: the client comes in the body, a refresh token dies when used, a consent names its file. */
export function myobFacts(consents: ReadonlyMap<string, MyobConsent>): ServiceFacts<MyobConsent, MyobLimits> {
	const fileOf = (consent: string) => consents.get(consent)?.file;
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
			redirectFields: ({ consent }) => ({
				businessId: fileOf(consent)?.id ?? '',
				businessName: fileOf(consent)?.name ?? '',
			}),
			metadata: ({ consent }) => ({
				businessId: fileOf(consent)?.id,
				timezone: fileOf(consent)?.timezone,
			}),
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
