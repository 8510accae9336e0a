import { createHash, randomBytes } from 'node:crypto';

import type { Clock } from '../clock';
import { htmlReply, jsonReply, redirectReply, type Reply, type SandboxRequest } from '../reply';
import type { Consent } from './catalogue';
import { consentPage, refusalPage } from './consent-page';
import type { ConnectionBook } from './connections';
import { XERO_CLIENT, XERO_SCOPES, type XeroLimits } from './settings';
import { newGrant, type Grant, type IssuedTokens, type TokenStore } from './tokens';

interface Code {
	grant: Grant;
	redirectUri: string;
	challenge: string | null;
	method: string;
	issuedAt: number;
}

interface Parts {
	clock: Clock;
	limits: () => XeroLimits;
	consents: Map<string, Consent>;
	tokens: TokenStore;
	connections: ConnectionBook;
}

const oauthError = (error: string, status = 400): Reply => jsonReply(status, { error });

/** The identity service: the consent page, the token endpoint and the revocation. */
export class OAuthService {
	private readonly codes = new Map<string, Code>();

	constructor(private readonly parts: Parts) {}

	/** The consent page, or, with `consent` in the query, the redirect back to the app. */
	authorize({ query }: SandboxRequest): Reply {
		const redirectUri = query.get('redirect_uri') ?? '';
		const refusal = authorizeRefusal(query, redirectUri);
		if (refusal) return htmlReply(400, refusalPage(refusal));
		const scopes = scopesOf(query.get('scope'));
		if (!scopes) return back(redirectUri, query, { error: 'invalid_scope' });
		const choice = query.get('consent');
		if (choice === 'deny') return back(redirectUri, query, { error: 'access_denied' });
		const consent = this.parts.consents.get(choice ?? '');
		if (!consent) return htmlReply(200, consentPage(this.parts.consents.values(), query));
		return back(redirectUri, query, {
			code: this.newCode(this.grantFor(consent, scopes), redirectUri, query),
		});
	}

	/** A grant with its connections, as after the consent page. */
	grantFor(consent: Consent, scopes: readonly string[], opaque = false): Grant {
		const grant = newGrant(consent.name, consent.user, scopes, opaque);
		this.parts.connections.connect(grant, consent, this.parts.clock.now());
		return grant;
	}

	token(request: SandboxRequest): Reply {
		const form = formOf(request);
		const client = clientRefusal(request);
		if (client) return client;
		if (!form) return oauthError('invalid_request');
		const grantType = form.get('grant_type');
		if (grantType === 'authorization_code') return this.exchangeCode(form);
		if (grantType === 'refresh_token') return this.refresh(form);
		return oauthError('unsupported_grant_type');
	}

	/** Ends the person's access: every connection to this app goes, whichever consent made it. */
	revoke(request: SandboxRequest): Reply {
		const client = clientRefusal(request);
		if (client) return client;
		const grant = this.parts.tokens.grantOf(formOf(request)?.get('token') ?? '');
		if (grant) {
			grant.revoked = true;
			this.parts.connections.removeUser(grant.user);
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

	private exchangeCode(form: URLSearchParams): Reply {
		const code = this.codes.get(form.get('code') ?? '');
		this.codes.delete(form.get('code') ?? '');
		if (!code || form.get('redirect_uri') !== code.redirectUri) return oauthError('invalid_grant');
		const age = (this.parts.clock.elapsed() - code.issuedAt) / 1000;
		if (age > this.parts.limits().codeSeconds) return oauthError('invalid_grant');
		if (!verifierFits(code, form.get('code_verifier'))) return oauthError('invalid_grant');
		return tokenReply(this.parts.tokens.issue(code.grant));
	}

	private refresh(form: URLSearchParams): Reply {
		const grant = this.parts.tokens.redeemable(form.get('refresh_token') ?? '');
		return grant ? tokenReply(this.parts.tokens.issue(grant)) : oauthError('invalid_grant');
	}
}

/** The form of a request; null where it is not form-encoded. */
export function formOf({ headers, body }: SandboxRequest): URLSearchParams | null {
	const type = headers['content-type'] ?? '';
	return type.startsWith('application/x-www-form-urlencoded') ? new URLSearchParams(body) : null;
}

/** The scopes asked for; null where one is not to be had. Which one Xero does not say. */
export function scopesOf(text: string | null): string[] | null {
	const scopes = (text ?? '').split(' ').filter((scope) => scope !== '');
	return scopes.every((scope) => XERO_SCOPES.includes(scope)) ? scopes : null;
}

function tokenReply(tokens: IssuedTokens): Reply {
	const body = {
		...(tokens.idToken === null ? {} : { id_token: tokens.idToken }),
		access_token: tokens.accessToken,
		expires_in: tokens.expiresIn,
		token_type: 'Bearer',
		...(tokens.refreshToken === null ? {} : { refresh_token: tokens.refreshToken }),
		scope: tokens.scopes.join(' '),
	};
	return jsonReply(200, body, { 'cache-control': 'no-store' });
}

/** Id and secret count in a Basic header alone, not in the form. */
function clientRefusal({ headers }: SandboxRequest): Reply | null {
	const [scheme, value] = (headers.authorization ?? '').split(' ');
	if (scheme !== 'Basic' || !value) return oauthError('invalid_client', 401);
	const { clientId, clientSecret } = XERO_CLIENT;
	const given = Buffer.from(value, 'base64').toString('utf8');
	return given === `${clientId}:${clientSecret}` ? null : oauthError('invalid_client');
}

function authorizeRefusal(query: URLSearchParams, redirectUri: string): string | null {
	if (query.get('client_id') !== XERO_CLIENT.clientId) return 'unauthorized_client: unknown client_id';
	if (query.get('response_type') !== 'code') return 'unsupported_response_type: only code is known';
	if (!isAllowedRedirect(redirectUri)) {
		return 'Invalid redirect_uri: https is needed, or http with the host localhost (127.0.0.1 is not accepted)';
	}
	return null;
}

function isAllowedRedirect(uri: string): boolean {
	if (!URL.canParse(uri)) return false;
	const { protocol, hostname } = new URL(uri);
	return protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost');
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
