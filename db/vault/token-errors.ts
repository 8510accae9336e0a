import { ExplainedError } from '../postgres/explained-error';
import type { TokenOwner } from './token-set';

/** No refresh token is stored, so only a new consent helps. */
export class NoRefreshTokenError extends ExplainedError {
	override readonly name = 'NoRefreshTokenError';

	constructor() {
		super('No refresh token is stored for this connection.', 'Connect the tenant again.');
	}
}

/** The provider returned a pair but the database did not store it. The process keeps the pair and keeps trying. */
export class TokenNotStoredError extends ExplainedError {
	override readonly name = 'TokenNotStoredError';

	constructor(cause: unknown) {
		super(
			'A new token was obtained but could not be stored, so it was not used.',
			'This n8n process keeps it and keeps ' +
				'trying to store it: check the database, and do not restart n8n until then. The next run uses the token.',
			{ cause },
		);
	}
}

/** The provider's answer had no usable access token. Its new refresh token is stored. */
export class NoAccessTokenError extends ExplainedError {
	override readonly name = 'NoAccessTokenError';

	constructor() {
		super('The sign-in service answered without a usable access token.', 'The next run asks again.');
	}
}

/** Another process is asking for a newer pair: retry at `retryAt`. */
export class RefreshDeferredError extends ExplainedError {
	override readonly name = 'RefreshDeferredError';

	constructor(
		summary: string,
		hint: string,
		readonly retryAt: Date,
	) {
		super(summary, hint);
	}
}

export function refreshBusy(retryAt: Date): RefreshDeferredError {
	return new RefreshDeferredError(
		'Another execution is refreshing the token of this connection and has not finished.',
		'The next run tries again.',
		retryAt,
	);
}

export function unknownIntegration({ integrationId }: TokenOwner): Error {
	return new ExplainedError(
		`There is no connection "${integrationId}" of this tenant and provider.`,
		'Connection: Get Many lists the existing ones.',
	);
}
