import { createHash, randomBytes } from 'node:crypto';

import type { Clock } from '../core/clock';
import { jsonReply, type Reply, type SandboxRequest } from '../core/reply';
import { AuthorizationEndpoint, type Registration } from './authorize';
import { clientRefusal } from './client-authentication';
import type { OAuthError, OAuthSettings } from './oauth-settings';
import type { ServiceConsent, ServiceSettings } from './settings';
import { newGrant, type Grant, type IssuedTokens, type TokenStore } from './tokens';

interface Code {
	grant: Grant;
	redirectUri: string;
	challenge: string | null;
	issuedAt: number;
	isUsed: boolean;
}

interface Parts {
	displayName: string;
	client: { readonly clientId: string; readonly clientSecret: string };
	clock: Clock;
	settings: () => ServiceSettings;
	consents: ReadonlyMap<string, ServiceConsent>;
	tokens: TokenStore;
	oauth: OAuthSettings;
	registration: Registration;
}

/** The identity service: the consent page, the token endpoint and the revocation. */
export class OAuthService {
	private readonly codes = new Map<string, Code>();

	private readonly authorization: AuthorizationEndpoint;

	constructor(private readonly parts: Parts) {
		this.authorization = new AuthorizationEndpoint({
			...parts,
			grantFor: (consent, scopes, accounts) => this.grantFor(consent, scopes, { accounts }),
			codeFor: (grant, redirectUri, query) => this.newCode(grant, redirectUri, query),
		});
	}

	/** The reply to a request of the identity service; undefined for another path. */
	replyTo(request: SandboxRequest, url: string): Reply | undefined {
		const { authorizePath, tokenPath, revokePath } = this.parts.oauth;
		if (request.path === authorizePath) return this.authorization.reply(request, url);
		if (request.path === tokenPath) return this.token(request, url);
		return request.path === revokePath ? this.revoke(request) : undefined;
	}

	/** A grant, as after the consent page. */
	grantFor(
		consent: ServiceConsent,
		scopes: readonly string[],
		{ opaque = false, accounts }: { opaque?: boolean; accounts?: readonly string[] } = {},
	): Grant {
		const grant = newGrant({ consent: consent.name, user: consent.user, scopes, opaque, accounts });
		this.parts.oauth.granted?.(grant);
		return grant;
	}

	/** The refusals of the token endpoint, as the provider words them. */
	refusal(error: OAuthError, status = 400): Reply {
		return this.parts.oauth.refusal?.(error) ?? jsonReply(status, { error });
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
			if (oauth.revokesRefreshOnly) grant.lapsed = true;
			else grant.revoked = true;
			oauth.revoked?.(grant, tokens.allGrants());
		}
		return { status: 200, headers: {}, body: '' };
	}

	private newCode(grant: Grant, redirectUri: string, query: URLSearchParams): string {
		const code = randomBytes(24).toString('base64url');
		const challenge = query.get('code_challenge');
		const issuedAt = this.parts.clock.elapsed();
		this.codes.set(code, { grant, redirectUri, challenge, issuedAt, isUsed: false });
		return code;
	}

	private exchangeCode(form: URLSearchParams, url: string): Reply {
		const code = this.codes.get(form.get('code') ?? '');
		// A code that comes twice was stolen, or sent again: what it gave ends (RFC 6749, 4.1.2).
		if (code?.isUsed) code.grant.revoked = true;
		if (!code || code.isUsed) return this.refusal('invalid_grant');
		code.isUsed = true;
		if (form.get('redirect_uri') !== code.redirectUri) return this.refusal('invalid_grant');
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

function verifierFits({ challenge }: Code, verifier: string | null): boolean {
	if (challenge === null) return true;
	if (verifier === null) return false;
	return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
