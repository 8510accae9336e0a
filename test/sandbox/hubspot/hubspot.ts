import type { Clock } from '../core/clock';
import { jsonReply, type Reply, type SandboxRequest } from '../core/reply';
import {
	LimitBook,
	ServiceSandbox,
	type Admission,
	type ApiCall,
	type CallFacts,
	type Grant,
	type ServiceFacts,
} from '../service';
import { randomFrom } from '../core/random';
import { formOf } from '../service/oauth';
import { apiReply, isSearch } from './api';
import { catalogue, type Portal } from './catalogue';
import { consentsOf, type Consent } from './consents';
import { faultReplies, rewrittenReplies } from './faults';
import { makeOdd, type Oddities } from './naughty';
import { PortalBooks } from './portal-books';
import { problems } from './problems';
import { HUBSPOT_CLIENT, HUBSPOT_LIMITS, HUBSPOT_SCOPES, type HubSpotLimits } from './settings';

const OAUTH = '/oauth/2026-09/token';
const TEN_SECONDS = 10;

/** The HubSpot side of the sandbox: what a test sets up, changes and asks afterwards. */
export class HubSpotSandbox extends ServiceSandbox<Consent, HubSpotLimits> {
	/** What is odd in the portal of the consent `odd`. */
	readonly oddities: Oddities;
	private readonly allBooks = new Map<string, PortalBooks>();
	private readonly limits: LimitBook;

	constructor(clock: Clock, seed: string, initial: Partial<HubSpotLimits> = {}) {
		const portals = catalogue(seed, initial.largeDeals ?? HUBSPOT_LIMITS.largeDeals);
		super(clock, factsOf(consentsOf(portals)), initial);
		for (const [consent, portal] of portals) {
			this.allBooks.set(consent, new PortalBooks(portal, seed, clock, () => this.settings));
		}
		this.oddities = makeOdd(this.books('odd'));
		this.limits = new LimitBook(clock, () => [
			{
				...{ name: 'tenSeconds', calls: this.settings.tenSeconds, seconds: TEN_SECONDS },
				counts: (group) => group !== 'search',
			},
			{
				...{ name: 'search', calls: this.settings.searchesASecond, seconds: 1 },
				counts: (group) => group === 'search',
			},
			{ name: 'day', calls: this.settings.day, seconds: 86_400, fixed: true },
		]);
	}

	/** The portal that a consent reaches, as it is now. */
	portal(consent: string): Portal {
		return this.books(consent).portal;
	}

	/** The deals of a consent's portal, and what people do with them. */
	books(consent: string): PortalBooks {
		return this.allBooks.get(this.consent(consent).name)!;
	}

	/** Counts calls that another app made for the portal. */
	spendLimit(consent: string, calls: number): void {
		this.limits.spend({ keys: { account: String(this.portal(consent).hubId) } }, calls);
	}

	protected override callOf(_request: SandboxRequest, grant: Grant | null): CallFacts {
		return { account: grant ? String(this.portal(grant.consent).hubId) : undefined };
	}

	/** Searches tell nothing of what is left; and by OAuth no call tells of the day. */
	protected override admit({ request, account = '' }: ApiCall): Admission {
		const search = isSearch(request.path);
		const call = { keys: { account }, group: search ? 'search' : undefined };
		const { problem, left, release } = this.limits.admit(call);
		const headers = {
			'x-hubspot-ratelimit-max': String(this.settings.tenSeconds),
			'x-hubspot-ratelimit-remaining': String(left.tenSeconds),
			'x-hubspot-ratelimit-interval-milliseconds': String(TEN_SECONDS * 1_000),
		};
		return { refusal: refusalOf(problem), headers: search ? {} : headers, release };
	}

	protected override clearLimits(): void {
		this.limits.clear();
	}

	protected override answer({ request, grant }: ApiCall): Reply {
		if (request.path === `${OAUTH}/introspect`) return this.introspection(request);
		return apiReply({ request, books: this.books(grant.consent), limits: this.settings }, grant.scopes);
	}

	/** What a token is for. The reply says the token itself. */
	private introspection(request: SandboxRequest): Reply {
		const form = formOf(request);
		const given = `${form?.get('client_id')}:${form?.get('client_secret')}`;
		if (given !== `${this.client.clientId}:${this.client.clientSecret}`) return problems.badClient();
		const token = form?.get('token') ?? '';
		const check = this.tokens.checkAccess(token);
		if ('refused' in check) return jsonReply(200, { active: false });
		const { hubId, domain } = this.portal(check.grant.consent);
		return jsonReply(200, {
			...{ active: true, token, token_type: 'bearer', token_use: 'access_token', hub_id: hubId },
			...{
				hub_domain: domain,
				user: check.grant.user,
				user_id: userIdOf(check.grant.user),
				app_id: 2,
				client_id: this.client.clientId,
			},
			...{ scopes: check.grant.scopes, expires_in: 900, is_private_distribution: false },
		});
	}
}

function refusalOf(problem: string | null): Reply | undefined {
	if (problem === null) return undefined;
	if (problem === 'day') return problems.daily();
	return problem === 'search' ? problems.secondly() : problems.tenSeconds();
}

/** The same person has the same number in every portal. */
const userIdOf = (login: string): number => randomFrom(login).between(1_000_000, 9_999_999);

function factsOf(consents: ReadonlyMap<string, Consent>): ServiceFacts<Consent, HubSpotLimits> {
	return {
		key: 'hubspot',
		displayName: 'HubSpot',
		client: HUBSPOT_CLIENT,
		settings: HUBSPOT_LIMITS,
		consents,
		oauth: {
			authorizePath: '/oauth/authorize',
			tokenPath: OAUTH,
			revokePath: `${OAUTH}/revoke`,
			clientAuthentication: 'body',
			scopes: HUBSPOT_SCOPES,
			tokens: { rotates: false },
			tokenType: 'bearer',
			scopesAsList: true,
			tokenFields: ({ consent, user }) => ({
				token_use: 'access_token',
				hub_id: consents.get(consent)!.portal.hubId,
				user_id: userIdOf(user),
			}),
			// HubSpot's page makes a person choose a portal.
			accounts: (name) => {
				const portal = consents.get(name)?.portal;
				return portal ? [{ id: String(portal.hubId), name: portal.domain }] : [];
			},
			revokesRefreshOnly: true,
			revoked: (grant, others) => {
				for (const one of others)
					if (one.user === grant.user && one.consent === grant.consent) one.lapsed = true;
			},
			refusal: (error) => (error === 'invalid_grant' ? problems.badRefreshToken() : problems.badClient()),
		},
		unauthorized: (why) => (why === 'expired' ? problems.expired() : problems.invalidToken()),
		faults: { path: '/crm/', replies: faultReplies, rewritten: rewrittenReplies },
	};
}
