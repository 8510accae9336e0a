/** The tokens of an integration in plain text; kept in memory only. */
export interface TokenSet {
	/** Empty if none is stored yet, or if the provider's reply had no usable one. */
	accessToken: string;
	refreshToken: string | null;
	/** Null if unknown: the token is then used until the provider rejects it. */
	expiresAt: Date | null;
	/** The granted scopes, if the provider's reply states them. */
	scopes?: readonly string[];
}

/** Identifies the integration that the tokens belong to. */
export interface TokenOwner {
	tenantId: string;
	integrationId: string;
	provider: string;
}

/** Allows for the duration of a call and for a provider's clock that is slightly ahead of ours. */
export const EXPIRY_MARGIN_MS = 60_000;

/** Whether an access token may be used for a call that begins at `now` (epoch milliseconds). */
export function isFresh({ accessToken, expiresAt }: TokenSet, now = Date.now()): boolean {
	return accessToken !== '' && (expiresAt === null || expiresAt.getTime() - EXPIRY_MARGIN_MS > now);
}

/** A key of all parts of the owner: a caller that names another tenant's connection must not get its tokens. */
export function ownerKey({ tenantId, provider, integrationId }: TokenOwner): string {
	return JSON.stringify([tenantId, provider, integrationId]);
}
