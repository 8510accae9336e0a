import { htmlReply, redirectReply, type Reply, type SandboxRequest } from '../core/reply';
import { consentPage, refusalPage, signInPage } from './consent-page';
import type { OAuthSettings } from './oauth-settings';
import { listPeople, type OwnAccount } from './people';
import type { ServiceConsent } from './settings';
import type { Grant } from './tokens';

/** What the authorisation endpoint knows and does. */
interface Parts {
	displayName: string;
	client: { readonly clientId: string };
	consents: ReadonlyMap<string, ServiceConsent>;
	oauth: OAuthSettings;
	registration: Registration;
	grantFor(consent: ServiceConsent, scopes: readonly string[], accounts?: readonly string[]): Grant;
	codeFor(grant: Grant, redirectUri: string, query: URLSearchParams): string;
}

/** What can be set of the registered application, and of the browser. */
export interface Registration {
	/** The addresses that a consent may lead back to, exactly; null: any that the provider would register. */
	redirectUris: readonly string[] | null;
	/** Who a browser without a session is signed in as; null: it has to sign in first. */
	signedInAs: string | null;
}

/** The pages on which a person signs in and consents, and the redirect back to the application. */
export class AuthorizationEndpoint {
	constructor(private readonly parts: Parts) {}

	reply(request: SandboxRequest, url: string): Reply {
		const { displayName, oauth, consents } = this.parts;
		const { query } = request;
		const refusal = this.refusal(query);
		if (refusal) return htmlReply(400, refusalPage(displayName, refusal));
		const scopes = scopesOf(query.get('scope'), oauth);
		if (!scopes) return this.back(query, { error: oauth.scopeError ?? 'invalid_scope' }, url);
		// A script's way past the pages: a consent by its name, with all of its accounts.
		const named = query.get('consent');
		if (named === 'deny') return this.deny(query, url);
		const consent = consents.get(named ?? '');
		if (consent) return this.allow(query, this.parts.grantFor(consent, scopes), url);
		return request.method === 'POST'
			? this.decide(request, scopes, url)
			: this.page(query, scopes, this.loginOf(request));
	}

	private decide(request: SandboxRequest, scopes: readonly string[], url: string): Reply {
		const form = new URLSearchParams(request.body);
		const { query } = request;
		if (form.has('login')) return this.signIn(query, form.get('login') ?? '');
		if (form.get('decision') === 'deny') return this.deny(query, url);
		const login = this.loginOf(request);
		const own = this.accountsOf(login ?? '');
		const chosen = own.find(({ id }) => id === form.get('account'));
		const { oauth, consents, displayName } = this.parts;
		const account = oauth.isForAll ? own[0] : chosen;
		if (form.get('decision') !== 'allow' || !account)
			return htmlReply(400, refusalPage(displayName, 'Choose what the app may see.'));
		const accounts = oauth.isForAll ? undefined : [account.id];
		return this.allow(query, this.parts.grantFor(consents.get(account.consent)!, scopes, accounts), url);
	}

	private page(query: URLSearchParams, scopes: readonly string[], login: string | null): Reply {
		const { displayName: provider, oauth, consents } = this.parts;
		const people = listPeople(consents.values(), (consent) => oauth.accounts(consent));
		if (login === null || !people.has(login))
			return htmlReply(200, signInPage(provider, query, people.keys()));
		const accounts = people.get(login) ?? [];
		const isForAll = oauth.isForAll === true;
		return htmlReply(200, consentPage({ provider, query, login, accounts, scopes, isForAll }));
	}

	/** An empty login signs out. Relative, so that it stays on the host name that the browser uses. */
	private signIn(query: URLSearchParams, login: string): Reply {
		const reply = redirectReply(`?${query.toString()}`);
		const cookie = `${this.cookieName}=${encodeURIComponent(login)}; Path=/; HttpOnly; SameSite=Lax`;
		return { ...reply, status: 303, headers: { ...reply.headers, 'set-cookie': cookie } };
	}

	/** The browser's session; one that signed out is nobody, whoever browsers are signed in as by default. */
	private loginOf({ headers }: SandboxRequest): string | null {
		const session = (headers.cookie ?? '')
			.split(';')
			.map((pair) => pair.trim().split('='))
			.find(([name]) => name === this.cookieName)?.[1];
		if (session === undefined) return this.parts.registration.signedInAs;
		return decodeURIComponent(session) || null;
	}

	private get cookieName(): string {
		return `sandbox_${this.parts.displayName.toLowerCase()}`;
	}

	private accountsOf(login: string): OwnAccount[] {
		const { consents, oauth } = this.parts;
		return listPeople(consents.values(), (consent) => oauth.accounts(consent)).get(login) ?? [];
	}

	private allow(query: URLSearchParams, grant: Grant, url: string): Reply {
		const { oauth, codeFor } = this.parts;
		const code = codeFor(grant, query.get('redirect_uri') ?? '', query);
		return this.back(query, { code, ...oauth.redirectFields?.(grant, query) }, url);
	}

	private deny(query: URLSearchParams, url: string): Reply {
		return this.back(query, { error: this.parts.oauth.deniedError ?? 'access_denied' }, url);
	}

	private refusal(query: URLSearchParams): string | null {
		const { client, oauth, registration } = this.parts;
		if (query.get('client_id') !== client.clientId) return 'unauthorized_client: unknown client_id';
		if (query.get('response_type') !== 'code') return 'unsupported_response_type: only code is known';
		const method = query.get('code_challenge_method');
		if (query.has('code_challenge') && method !== 'S256') return 'invalid_request: only S256 is known';
		const redirectUri = query.get('redirect_uri') ?? '';
		const { redirectUris } = registration;
		if (redirectUris && !redirectUris.includes(redirectUri)) return 'Invalid redirect_uri: not registered';
		return (oauth.redirectRefusal ?? redirectRefusal)(redirectUri);
	}

	private back(query: URLSearchParams, answer: Record<string, string>, url: string): Reply {
		const location = new URL(query.get('redirect_uri') ?? '');
		const issuer = this.parts.oauth.sendsIssuer ? { iss: url } : {};
		for (const [name, value] of Object.entries({ ...answer, ...issuer }))
			location.searchParams.set(name, value);
		const state = query.get('state');
		if (state !== null) location.searchParams.set('state', state);
		return redirectReply(location.toString());
	}
}

/** The scopes asked for; null where one is not to be had. */
function scopesOf(text: string | null, { scopes, scopesUnasked }: OAuthSettings): readonly string[] | null {
	const asked = (text ?? '').split(' ').filter((scope) => scope !== '');
	if (asked.length === 0) return scopesUnasked ?? scopes;
	return asked.every((scope) => scopes.includes(scope)) ? asked : null;
}

function redirectRefusal(address: string): string | null {
	const { protocol, hostname } = URL.canParse(address)
		? new URL(address)
		: { protocol: 'none:', hostname: '' };
	if (protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost')) return null;
	return 'Invalid redirect_uri: https is needed, or http with the host localhost (127.0.0.1 is not accepted)';
}
