import { createHmac, randomBytes, randomUUID } from 'node:crypto';

import type { Clock } from '../core/clock';
import type { ServiceSettings } from './settings';

/** One authentication of one person: what a consent gave, and all tokens that come of it. */
export interface Grant {
	id: string;
	consent: string;
	user: string;
	scopes: readonly string[];
	/** The access tokens are no JWT: their claims cannot be read. */
	opaque: boolean;
	/** The ids of the accounts chosen on the consent page; undefined: all of the consent. */
	accounts: readonly string[] | undefined;
	revoked: boolean;
	/** Its refresh tokens are dead; access tokens live on until they expire. */
	lapsed: boolean;
}

export interface IssuedTokens {
	accessToken: string;
	/** Null where the consent gave none, or where the provider keeps to the one that was sent. */
	refreshToken: string | null;
	idToken: string | null;
	/** Seconds. */
	expiresIn: number;
}

export interface TokenRules {
	/** Whether each refresh gives a new refresh token. */
	rotates: boolean;
	/** Scopes without which there is no refresh token, and no id token; without them every consent has the first. */
	offlineScope?: string;
	identityScope?: string;
	/** The claims of an access token that is a JWT; without it all are opaque. */
	claims?(grant: Grant, seconds: { now: number; life: number }): Record<string, unknown>;
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

/** All tokens of a provider, with their lives. Where refresh tokens rotate, the superseded one has a time of grace. */
export class TokenStore {
	private readonly access = new Map<string, AccessToken>();
	private readonly refresh = new Map<string, RefreshToken>();
	private readonly issued: string[] = [];

	constructor(
		private readonly clock: Clock,
		private readonly settings: () => ServiceSettings,
		private readonly rules: TokenRules,
	) {}

	/** Tokens of a new consent, or, with the refresh token that was sent, of a refresh. */
	issue(grant: Grant, sent?: string): IssuedTokens {
		const { offlineScope, identityScope, rotates } = this.rules;
		const mayRefresh = offlineScope === undefined || grant.scopes.includes(offlineScope);
		const isIdentified = identityScope !== undefined && grant.scopes.includes(identityScope);
		return {
			accessToken: this.newAccessToken(grant),
			refreshToken: mayRefresh && (rotates || sent === undefined) ? this.newRefreshToken(grant) : null,
			idToken: isIdentified ? this.keep(jwt('sandbox-identity-', { sub: grant.user })) : null,
			expiresIn: this.settings().accessTokenSeconds,
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
		if (!known || known.grant.revoked || known.grant.lapsed) return null;
		const { graceSeconds = 0, refreshTokenSeconds = Infinity } = this.settings();
		const age = (since: number): number => (this.clock.elapsed() - since) / 1000;
		if (known.supersededAt !== null) return age(known.supersededAt) < graceSeconds ? known.grant : null;
		if (age(known.issuedAt) >= refreshTokenSeconds) return null;
		// One that stays lives from its last use on.
		if (!this.rules.rotates) known.issuedAt = this.clock.elapsed();
		return known.grant;
	}

	grantOf(refreshToken: string): Grant | null {
		return this.refresh.get(refreshToken)?.grant ?? null;
	}

	/** The live and dead grants of a consent that have tokens. */
	grantsOf(consent: string): Set<Grant> {
		return new Set(this.allGrants().filter((grant) => grant.consent === consent));
	}

	/** Every grant that has tokens, live or dead. */
	allGrants(): Grant[] {
		const tokens = [...this.access.values(), ...this.refresh.values()];
		return [...new Set(tokens.map(({ grant }) => grant))];
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
		const life = this.settings().accessTokenSeconds;
		const now = Math.floor(this.clock.now().getTime() / 1000);
		const claims = grant.opaque ? undefined : this.rules.claims?.(grant, { now, life });
		const token = this.keep(claims ? jwt('sandbox-access-', claims) : opaqueToken());
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

	private keep(secret: string): string {
		this.issued.push(secret);
		return secret;
	}
}

/** A grant of its own for each authentication. */
export function newGrant(given: Pick<Grant, 'consent' | 'user' | 'scopes' | 'opaque' | 'accounts'>): Grant {
	return { id: randomUUID(), ...given, revoked: false, lapsed: false };
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
