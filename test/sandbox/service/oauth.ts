import { createHash, randomBytes } from 'node:crypto';

import type { Clock } from '../core/clock';
import { htmlReply, jsonReply, redirectReply, type Reply, type SandboxRequest } from '../core/reply';
import { clientRefusal, type ClientAuthentication } from './client-authentication';
import { consentPage, refusalPage } from './consent-page';
import type { ServiceConsent, ServiceSettings } from './settings';
import { newGrant, type Grant, type IssuedTokens, type TokenRules, type TokenStore } from './tokens';

/** A provider's OAuth. Paths are those after the provider's prefix. */
export interface OAuthSettings {
	authorizePath: string;
	tokenPath: string;
	revokePath?: string;
	/** How the application proves itself at the token endpoint; the other way is refused. */
	clientAuthentication: ClientAuthentication;
	/** Those that the application may ask for. */
	scopes: readonly string[];
	/** What a consent gives where none was asked for; all of them unless told. */
	scopesUnasked?: readonly string[];
	tokens: TokenRules;
	/** `Bearer` unless told. */
	tokenType?: string;
	/** Whether the scopes of the reply are a list in `scopes`, not a text in `scope`. */
	scopesAsList?: boolean;
	/** More of the token reply. */
	tokenFields?(grant: Grant, url: string): Record<string, unknown>;
	/** More of the redirect back to the application. */
	redirectFields?(grant: Grant): Record<string, string>;
	/** What the connect pages would keep in the integration's metadata. */
	metadata?(grant: Grant, url: string): Record<string, unknown>;
	/** What a consent changes, such as a list of connections. */
	granted?(grant: Grant): void;
	/** The person ended the access of the application. */
	revoked?(grant: Grant): void;
	/** Why an address that a consent is to lead back to is refused, null where it is not; https or localhost unless told. */
	redirectRefusal?(address: string): string | null;
	/** The refusals of the token endpoint: `{"error": …}` with 400 unless told. */
	refusal?(error: OAuthError): Reply | undefined;
}

export type OAuthError = 'invalid_grant' | 'invalid_client' | 'invalid_request' | 'unsupported_grant_type';

interface Code {
	grant: Grant;
	redirectUri: string;
	challenge: string | null;
	method: string;
	issuedAt: number;
}

interface Parts {
	displayName: string;
	client: { readonly clientId: string; readonly clientSecret: string };
	clock: Clock;
	settings: () => ServiceSettings;
	consents: ReadonlyMap<string, ServiceConsent>;
	tokens: TokenStore;
	oauth: OAuthSettings;
}

/** The identity service: the consent page, the token endpoint and the revocation. */
export class OAuthService {
	private readonly codes = new Map<string, Code>();

	constructor(private readonly parts: Parts) {}

	/** The reply to a request of the identity service; undefined for another path. */
	replyTo(request: SandboxRequest, url: string): Reply | undefined {
		const { authorizePath, tokenPath, revokePath } = this.parts.oauth;
		if (request.path === authorizePath) return this.authorize(request);
		if (request.path === tokenPath) return this.token(request, url);
		return request.path === revokePath ? this.revoke(request) : undefined;
	}

	/** A grant, as after the consent page. */
	grantFor(consent: ServiceConsent, scopes: readonly string[], opaque = false): Grant {
		const grant = newGrant(consent.name, consent.user, scopes, opaque);
		this.parts.oauth.granted?.(grant);
		return grant;
	}

	/** The refusals of the token endpoint, as the provider words them. */
	refusal(error: OAuthError, status = 400): Reply {
		return this.parts.oauth.refusal?.(error) ?? jsonReply(status, { error });
	}

	/** The consent page, or, with `consent` in the query, the redirect back to the app. */
	private authorize({ query }: SandboxRequest): Reply {
		const { displayName, consents, oauth } = this.parts;
		const redirectUri = query.get('redirect_uri') ?? '';
		const refusal = this.authorizeRefusal(query, redirectUri);
		if (refusal) return htmlReply(400, refusalPage(displayName, refusal));
		const scopes = scopesOf(query.get('scope'), oauth);
		if (!scopes) return back(redirectUri, query, { error: 'invalid_scope' });
		const choice = query.get('consent');
		if (choice === 'deny') return back(redirectUri, query, { error: 'access_denied' });
		const consent = consents.get(choice ?? '');
		if (!consent) return htmlReply(200, consentPage(displayName, consents.values(), query));
		const grant = this.grantFor(consent, scopes);
		const code = this.newCode(grant, redirectUri, query);
		return back(redirectUri, query, { code, ...oauth.redirectFields?.(grant) });
	}

	private authorizeRefusal(query: URLSearchParams, redirectUri: string): string | null {
		const { client, oauth } = this.parts;
		if (query.get('client_id') !== client.clientId) return 'unauthorized_client: unknown client_id';
		if (query.get('response_type') !== 'code') return 'unsupported_response_type: only code is known';
		return (oauth.redirectRefusal ?? redirectRefusal)(redirectUri);
	}

	private token(request: SandboxRequest, url: string): Reply {
		const form = formOf(request);
		const refused = clientRefusal(request, form, this.parts.client, this.parts.oauth.clientAuthentication);
		if (refused) return this.refusal('invalid_client', refused);
		if (!form) return this.refusal('invalid_request');
		const grantType = form.get('grant_type');
		if (grantType === 'authorization_code') return this.exchangeCode(form, url);
		if (grantType === 'refresh_token') return this.refresh(form, url);
		return this.refusal('unsupported_grant_type');
	}

	private revoke(request: SandboxRequest): Reply {
		const { client, oauth, tokens } = this.parts;
		const form = formOf(request);
		const refused = clientRefusal(request, form, client, oauth.clientAuthentication);
		if (refused) return this.refusal('invalid_client', refused);
		const grant = tokens.grantOf(form?.get('token') ?? '');
		if (grant) {
			grant.revoked = true;
			oauth.revoked?.(grant);
		}
		return { status: 200, headers: {}, body: '' };
	}

	private newCode(grant: Grant, redirectUri: string, query: URLSearchParams): string {
		const code = randomBytes(24).toString('base64url');
		const challenge = query.get('code_challenge');
		const method = query.get('code_challenge_method') ?? 'plain';
		this.codes.set(code, { grant, redirectUri, challenge, method, issuedAt: this.parts.clock.elapsed() });
		return code;
	}

	private exchangeCode(form: URLSearchParams, url: string): Reply {
		const code = this.codes.get(form.get('code') ?? '');
		this.codes.delete(form.get('code') ?? '');
		if (!code || form.get('redirect_uri') !== code.redirectUri) return this.refusal('invalid_grant');
		const age = (this.parts.clock.elapsed() - code.issuedAt) / 1000;
		if (age > this.parts.settings().codeSeconds) return this.refusal('invalid_grant');
		if (!verifierFits(code, form.get('code_verifier'))) return this.refusal('invalid_grant');
		return this.tokenReply(code.grant, this.parts.tokens.issue(code.grant), url);
	}

	private refresh(form: URLSearchParams, url: string): Reply {
		const sent = form.get('refresh_token') ?? '';
		const grant = this.parts.tokens.redeemable(sent);
		if (!grant) return this.refusal('invalid_grant');
		return this.tokenReply(grant, this.parts.tokens.issue(grant, sent), url);
	}

	private tokenReply(grant: Grant, tokens: IssuedTokens, url: string): Reply {
		const { tokenType = 'Bearer', scopesAsList, tokenFields } = this.parts.oauth;
		const body = {
			...(tokens.idToken === null ? {} : { id_token: tokens.idToken }),
			access_token: tokens.accessToken,
			expires_in: tokens.expiresIn,
			token_type: tokenType,
			...(tokens.refreshToken === null ? {} : { refresh_token: tokens.refreshToken }),
			...(scopesAsList ? { scopes: grant.scopes } : { scope: grant.scopes.join(' ') }),
			...tokenFields?.(grant, url),
		};
		return jsonReply(200, body, { 'cache-control': 'no-store' });
	}
}

/** The form of a request; null where it is not form-encoded. */
export function formOf({ headers, body }: SandboxRequest): URLSearchParams | null {
	const type = headers['content-type'] ?? '';
	return type.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(body) : null;
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

function back(redirectUri: string, query: URLSearchParams, answer: Record<string, string>): Reply {
	const location = new URL(redirectUri);
	for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
	const state = query.get('state');
	if (state !== null) location.searchParams.set('state', state);
	return redirectReply(location.toString());
}

function verifierFits({ challenge, method }: Code, verifier: string | null): boolean {
	if (challenge === null) return true;
	if (verifier === null) return false;
	const given = method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier;
	return given === challenge;
}
