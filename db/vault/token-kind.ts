/**
 * What `integrations.metadata` has of the token's kind: `fixed` for one that a person made at the provider, which does not
 * expire and cannot be refreshed. Without it the tokens are those of a consent.
 */
export const FIXED_TOKEN = { tokenKind: 'fixed' } as const;

export const isFixedToken = (metadata: Readonly<Record<string, unknown>>): boolean =>
	metadata.tokenKind === FIXED_TOKEN.tokenKind;
