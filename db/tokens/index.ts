export { NoAccessTokenError, NoRefreshTokenError, RefreshDeferredError, TokenNotStoredError } from './errors';
export { refreshToken, type RefreshLimits, type RefreshRequest } from './refresh';
export { readToken, storeTokens } from './store';
export { EXPIRY_MARGIN_MS, isFresh, type TokenOwner, type TokenSet } from './token-set';
