import { open, seal, type TokenPlace } from './cipher';
import type { KeyRing } from './key-ring';
import type { TokenOwner, TokenSet } from './token-set';

/** The tokens of an integration as its row has them: each sealed for its owner and column. */
export interface SealedTokens {
	/** Empty if none is stored yet. */
	accessToken: string;
	refreshToken: string | null;
	expiresAt: Date | null;
}

export function sealTokens(ring: KeyRing, owner: TokenOwner, tokens: TokenSet): SealedTokens {
	const { accessToken, refreshToken, expiresAt } = tokens;
	return {
		accessToken: seal(ring, toTokenPlace(owner, 'access_token'), accessToken),
		refreshToken:
			refreshToken === null ? null : seal(ring, toTokenPlace(owner, 'refresh_token'), refreshToken),
		expiresAt,
	};
}

/** @throws VaultError if a token cannot be opened */
export function openTokens(ring: KeyRing, owner: TokenOwner, sealed: SealedTokens): TokenSet {
	const { accessToken, refreshToken, expiresAt } = sealed;
	const openOne = (column: TokenPlace['column'], text: string): string =>
		text === '' ? '' : open(ring, toTokenPlace(owner, column), text);
	return {
		accessToken: openOne('access_token', accessToken),
		refreshToken: refreshToken === null ? null : openOne('refresh_token', refreshToken),
		expiresAt,
	};
}

function toTokenPlace({ tenantId, provider }: TokenOwner, column: TokenPlace['column']): TokenPlace {
	return { tenantId, provider, column };
}
