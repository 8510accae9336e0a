import type { Clock } from '../core/clock';
import type { Grant, ServiceFacts } from '../service';
import type { Consent } from './catalogue';
import type { ConnectionBook } from './connections';
import { xeroFaults } from './faults';
import { problems } from './problems';
import { XERO_CLIENT, XERO_LIMITS, XERO_SCOPES, type XeroLimits } from './settings';

/** What is fixed of Xero: refresh tokens rotate with a time of grace, access tokens are JWTs, the client comes in a header. */
export function xeroFacts(
	clock: Clock,
	consents: ReadonlyMap<string, Consent>,
	connections: ConnectionBook,
	renews: () => boolean,
): ServiceFacts<Consent, XeroLimits> {
	return {
		key: 'xero',
		displayName: 'Xero',
		client: XERO_CLIENT,
		settings: XERO_LIMITS,
		consents,
		oauth: {
			authorizePath: '/identity/connect/authorize',
			tokenPath: '/identity/connect/token',
			revokePath: '/identity/connect/revocation',
			clientAuthentication: 'header',
			scopes: XERO_SCOPES,
			scopesUnasked: [],
			tokens: { rotates: true, offlineScope: 'offline_access', identityScope: 'openid', claims },
			granted: (grant) => {
				const consent = consents.get(grant.consent);
				if (consent) connections.connect(grant, chosenOf(consent, grant), clock.now(), renews());
			},
			// Every connection to this app goes, whichever consent made it.
			revoked: ({ user }) => connections.removeUser(user),
			sendsIssuer: true,
			addsUp: true,
			accounts: (name) => consents.get(name)?.organisations ?? [],
		},
		unauthorized: (why, now) =>
			why === 'expired' ? problems.tokenExpired(now) : problems.authenticationUnsuccessful(),
		faults: xeroFaults,
	};
}

/** The page lets a person choose one organisation; practices come with it. */
const chosenOf = (consent: Consent, { accounts }: Grant): Consent => ({
	...consent,
	organisations: consent.organisations.filter(({ id }) => accounts?.includes(id) ?? true),
});

function claims({ id, user, scopes }: Grant, { now, life }: { now: number; life: number }) {
	return {
		nbf: now,
		exp: now + life,
		iss: 'https://identity.sandbox.invalid',
		aud: 'https://identity.sandbox.invalid/resources',
		client_id: XERO_CLIENT.clientId,
		sub: user,
		auth_time: now,
		xero_userid: user,
		authentication_event_id: id,
		scope: scopes,
	};
}
