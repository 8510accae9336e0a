export {
	NoAccessTokenError,
	NoRefreshTokenError,
	RefreshDeferredError,
	TokenNotStoredError,
} from './token-errors';
export { refreshToken, type RefreshLimits, type RefreshRequest } from './refresh';
export { readToken, storeTokens } from './token-store';
export { type TokenOwner, type TokenSet } from './token-set';
