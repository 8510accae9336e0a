/** The tokens of an integration, in plain text: in memory only. */
export interface TokenSet {
	/** Empty where none is stored yet, or where the provider's reply held none that can be used. */
	accessToken: string;
	refreshToken: string | null;
	/** Null where it is not known: the token is then used until it is refused. */
	expiresAt: Date | null;
	/** The granted scopes, where the provider's reply states them. */
	scopes?: readonly string[];
}

/** Identifies the integration that the tokens belong to. */
export interface TokenOwner {
	tenantId: string;
	integrationId: string;
	provider: string;
}

/** A call that begins now should meet neither the token's end nor a clock that is a little ahead of ours. */
export const EXPIRY_MARGIN_MS = 60_000;

/** Whether an access token may be used for a call that begins at `now` (epoch milliseconds). */
export function isFresh({ accessToken, expiresAt }: TokenSet, now = Date.now()): boolean {
	return accessToken !== '' && (expiresAt === null || expiresAt.getTime() - EXPIRY_MARGIN_MS > now);
}

/** Tells owners apart. The whole of it: a caller who names another tenant's connection must not be handed its tokens. */
export function ownerKey({ tenantId, provider, integrationId }: TokenOwner): string {
	return JSON.stringify([tenantId, provider, integrationId]);
}
