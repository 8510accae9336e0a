/**
 * The error codes that may be shown: those registered for OAuth (RFC 6749, 6750, 7009, 8628, 8707, 9449) and OpenID
 * Connect in `error`, and HubSpot's own in `status`. Any other text there could contain a secret.
 */
const KNOWN = new Set([
	...['invalid_request', 'invalid_client', 'invalid_grant', 'unauthorized_client', 'unsupported_grant_type'],
	...[
		'invalid_scope',
		'access_denied',
		'unsupported_response_type',
		'server_error',
		'temporarily_unavailable',
	],
	...[
		'invalid_token',
		'insufficient_scope',
		'unsupported_token_type',
		'invalid_target',
		'invalid_redirect_uri',
	],
	...['authorization_pending', 'slow_down', 'expired_token', 'invalid_dpop_proof', 'use_dpop_nonce'],
	...['interaction_required', 'login_required', 'account_selection_required', 'consent_required'],
	...['invalid_request_uri', 'invalid_request_object', 'request_not_supported', 'request_uri_not_supported'],
	// Pipedrive's word for a person who declined.
	...['registration_not_supported', 'forbidden_scopes', 'user_denied'],
	...['BAD_REFRESH_TOKEN', 'BAD_AUTH_CODE', 'BAD_CLIENT_ID', 'BAD_CLIENT_SECRET', 'BAD_SCOPES', 'BAD_HUB'],
]);

/** The grant is no longer valid: only a new consent helps. */
const GRANT_REFUSED = new Set(['invalid_grant', 'BAD_REFRESH_TOKEN', 'BAD_HUB']);

const PASSING = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

/** The first known error code in a token endpoint's reply; undefined if there is none. */
export function parseOAuthError(answer: Readonly<Record<string, unknown>>): string | undefined {
	const said = [answer.error, answer.status];
	return said.find((code): code is string => typeof code === 'string' && KNOWN.has(code));
}

export const isGrantRefused = (code: string | undefined): boolean =>
	code !== undefined && GRANT_REFUSED.has(code);

export const isPassing = (code: string | undefined): boolean => code !== undefined && PASSING.has(code);
