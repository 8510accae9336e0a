import { createHmac, randomBytes, randomUUID } from 'node:crypto';

import type { Clock } from '../clock';
import { XERO_CLIENT, type XeroLimits } from './settings';

/** One authentication of one person: what a consent gave, and all tokens that come of it. */
export interface Grant {
	id: string;
	consent: string;
	user: string;
	scopes: readonly string[];
	/** The access tokens are no JWT: their claims cannot be read. */
	opaque: boolean;
	revoked: boolean;
}

export interface IssuedTokens {
	accessToken: string;
	/** Null without the scope `offline_access`. */
	refreshToken: string | null;
	idToken: string | null;
	/** Seconds. */
	expiresIn: number;
	scopes: readonly string[];
}

interface AccessToken {
	grant: Grant;
	diesAt: number;
}

interface RefreshToken {
	grant: Grant;
	issuedAt: number;
	/** When a newer one took its place. */
	supersededAt: number | null;
}

export type AccessCheck = { grant: Grant } | { refused: 'expired' | 'unknown' };

/** All tokens of the sandbox, with their lives. Refresh tokens rotate; the superseded one has a time of grace. */
export class TokenStore {
	private readonly access = new Map<string, AccessToken>();
	private readonly refresh = new Map<string, RefreshToken>();
	private readonly issued: string[] = [];

	constructor(
		private readonly clock: Clock,
		private readonly limits: () => XeroLimits,
	) {}

	issue(grant: Grant): IssuedTokens {
		const scoped = (scope: string): boolean => grant.scopes.includes(scope);
		return {
			accessToken: this.newAccessToken(grant),
			refreshToken: scoped('offline_access') ? this.newRefreshToken(grant) : null,
			idToken: scoped('openid') ? this.keep(jwt('sandbox-identity-', { sub: grant.user })) : null,
			expiresIn: this.limits().accessTokenSeconds,
			scopes: grant.scopes,
		};
	}

	checkAccess(token: string): AccessCheck {
		const known = this.access.get(token);
		if (!known || known.grant.revoked) return { refused: 'unknown' };
		return known.diesAt > this.clock.elapsed() ? { grant: known.grant } : { refused: 'expired' };
	}

	/** The grant that a refresh token still opens, or null: unknown, revoked, idle too long, out of its grace. */
	redeemable(token: string): Grant | null {
		const known = this.refresh.get(token);
		if (!known || known.grant.revoked) return null;
		const { graceSeconds, refreshTokenSeconds } = this.limits();
		const age = (since: number): number => (this.clock.elapsed() - since) / 1000;
		if (known.supersededAt !== null) return age(known.supersededAt) < graceSeconds ? known.grant : null;
		return age(known.issuedAt) < refreshTokenSeconds ? known.grant : null;
	}

	grantOf(refreshToken: string): Grant | null {
		return this.refresh.get(refreshToken)?.grant ?? null;
	}

	/** The live and dead grants of a consent that have tokens. */
	grantsOf(consent: string): Set<Grant> {
		const tokens = [...this.access.values(), ...this.refresh.values()];
		return new Set(tokens.map(({ grant }) => grant).filter((grant) => grant.consent === consent));
	}

	/** Ends the access tokens of a consent (or of all) as time would. */
	expireAccess(consent?: string): void {
		for (const token of this.access.values()) {
			if (consent === undefined || token.grant.consent === consent) token.diesAt = this.clock.elapsed();
		}
	}

	/** Every token ever issued. */
	issuedSecrets(): string[] {
		return [...this.issued];
	}

	private newAccessToken(grant: Grant): string {
		const life = this.limits().accessTokenSeconds;
		const token = this.keep(grant.opaque ? opaqueToken() : jwt('sandbox-access-', this.claims(grant, life)));
		this.access.set(token, { grant, diesAt: this.clock.elapsed() + life * 1000 });
		return token;
	}

	private newRefreshToken(grant: Grant): string {
		const now = this.clock.elapsed();
		for (const token of this.refresh.values()) {
			if (token.grant === grant) token.supersededAt ??= now;
		}
		const token = this.keep(`sandbox-refresh-${randomBytes(24).toString('base64url')}`);
		this.refresh.set(token, { grant, issuedAt: now, supersededAt: null });
		return token;
	}

	private claims(grant: Grant, life: number): Record<string, unknown> {
		const now = Math.floor(this.clock.now().getTime() / 1000);
		return {
			nbf: now,
			exp: now + life,
			iss: 'https://identity.sandbox.invalid',
			aud: 'https://identity.sandbox.invalid/resources',
			client_id: XERO_CLIENT.clientId,
			sub: grant.user,
			auth_time: now,
			xero_userid: grant.user,
			jti: `sandbox-access-${randomBytes(8).toString('hex')}`,
			authentication_event_id: grant.id,
			scope: grant.scopes,
		};
	}

	private keep(secret: string): string {
		this.issued.push(secret);
		return secret;
	}
}

/** A grant of its own for each authentication; its id is the token's `authentication_event_id`. */
export function newGrant(consent: string, user: string, scopes: readonly string[], opaque = false): Grant {
	return { id: randomUUID(), consent, user, scopes, opaque, revoked: false };
}

function opaqueToken(): string {
	return `sandbox-access-${randomBytes(32).toString('hex')}`;
}

/** Shaped as a JWT; the signature begins with the mark, so that a search finds the token also where it is not decoded. */
function jwt(mark: string, claims: Record<string, unknown>): string {
	const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
	const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ ...claims, nonce: randomUUID() })}`;
	return `${signed}.${mark}${createHmac('sha256', 'made-up-signing-key').update(signed).digest('base64url')}`;
}
