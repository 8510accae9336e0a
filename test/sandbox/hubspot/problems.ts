import { randomUUID } from 'node:crypto';

import { jsonReply, type Reply } from '../core/reply';

const problem = (status: number, category: string, message: string, more: object = {}): Reply =>
	jsonReply(status, { status: 'error', message, correlationId: randomUUID(), category, ...more });

const tooMany = (policyName: string, message: string, headers: Record<string, string>): Reply =>
	jsonReply(
		429,
		{
			status: 'error',
			message,
			errorType: 'RATE_LIMIT',
			policyName,
			correlationId: randomUUID(),
			groupName: 'publicapi:sandbox',
		},
		headers,
	);

/** The refusals of the API, shaped as the provider's sheet has them. */
export const problems = {
	expired: (): Reply => problem(401, 'EXPIRED_AUTHENTICATION', 'The sandbox token has expired.'),
	invalidToken: (): Reply => problem(401, 'INVALID_AUTHENTICATION', 'The sandbox does not know this token.'),
	missingScopes: (scope: string): Reply =>
		problem(403, 'MISSING_SCOPES', 'The app of this sandbox lacks a scope for this call.', {
			errors: [{ message: 'One or more scopes are lacking.', context: { requiredGranularScopes: [scope] } }],
		}),
	notFound: (): Reply => problem(404, 'OBJECT_NOT_FOUND', 'The sandbox has nothing there.'),
	invalid: (message: string): Reply => problem(400, 'VALIDATION_ERROR', message),
	locked: (): Reply => problem(423, 'LOCKED', 'The sandbox holds a lock on this.'),
	moving: (seconds: number): Reply => ({
		...problem(477, 'MIGRATION_IN_PROGRESS', 'The sandbox moves this portal to another data centre.'),
		headers: { 'content-type': 'application/json', 'retry-after': String(seconds) },
	}),
	tooLong: (): Reply => ({ status: 414, headers: {}, body: '<html><h1>414 URI Too Long</h1></html>' }),
	tenSeconds: (headers: Record<string, string> = {}): Reply =>
		tooMany('TEN_SECONDLY_ROLLING', 'The sandbox’s ten-second limit is reached.', headers),
	secondly: (headers: Record<string, string> = {}): Reply =>
		tooMany('SECONDLY', 'The sandbox’s secondly limit is reached.', headers),
	daily: (headers: Record<string, string> = {}): Reply =>
		tooMany('DAILY', 'The sandbox’s daily limit is reached.', headers),
	badRefreshToken: (): Reply =>
		jsonReply(400, {
			status: 'BAD_REFRESH_TOKEN',
			error: 'invalid_grant',
			message: 'This refresh token of the sandbox is invalid, expired or revoked.',
			correlationId: randomUUID(),
		}),
	badClient: (): Reply =>
		jsonReply(400, {
			status: 'BAD_CLIENT_ID',
			error: 'invalid_client',
			message: 'The sandbox does not know this app.',
			correlationId: randomUUID(),
		}),
};
