import type { TokenSet } from '../../../db/vault/token-set';
import { FAILURE_CLASSES } from '../../shared/failure-classes';
import { backoffMs } from './backoff';
import { ReadFailure } from '../contract/failure';
import { ReplyTooLarge, type HttpReply } from '../contract/http';
import { isGrantRefused, isPassing, parseOAuthError } from './oauth-errors';
import { retryAfterMs } from '../limits/retry-after';
import { postForm, type OAuthClient } from './oauth-request';
import { parseAnswer, parseTokens } from './token-reply';

const RETRIES = 2;

/**
 * Exchanges a refresh token for a new pair. If the reply is lost, the same token is sent again: providers that rotate
 * tokens allow a grace period for that. It cannot be cancelled, because the new tokens would be lost.
 * @throws ReadFailure `reconnect_required` if the token is rejected, `configuration` if the application is,
 *   `rate_limited` or `provider_unavailable` if a later run may succeed
 */
export async function exchangeRefreshToken(client: OAuthClient, refreshToken: string): Promise<TokenSet> {
	for (let tries = 0; ; tries++) {
		const outcome = await attemptExchange(client, refreshToken);
		if (!(outcome instanceof ReadFailure)) return outcome;
		if (!FAILURE_CLASSES[outcome.failureClass].transient || tries === RETRIES) throw outcome;
		await client.clock.sleep(backoffMs(tries, client.clock.random));
	}
}

async function attemptExchange(client: OAuthClient, refreshToken: string): Promise<TokenSet | ReadFailure> {
	const reply = await replyTo(client, refreshToken);
	if (reply instanceof ReadFailure) return reply;
	const answer = parseAnswer(reply.body);
	const code = parseOAuthError(answer);
	if (reply.status < 200 || reply.status > 299) return explainRefusal(client, reply, code);
	const tokens = parseTokens(answer, client.clock.now());
	if (tokens) return tokens;
	return isGrantRefused(code)
		? explainRefusal(client, reply, code)
		: unavailable(client, 'answered without a token');
}

async function replyTo(client: OAuthClient, refreshToken: string): Promise<HttpReply | ReadFailure> {
	try {
		const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
		return await postForm(client, client.accessTokenUrl, grant);
	} catch (error) {
		if (error instanceof ReadFailure) throw error;
		return unavailable(
			client,
			error instanceof ReplyTooLarge ? 'sent a reply that is too large' : 'did not answer',
		);
	}
}

/** Why a token endpoint gave no token. @param code the OAuth error code in its reply */
export function explainRefusal(
	client: Pick<OAuthClient, 'provider' | 'clock'>,
	{ status, headers }: Pick<HttpReply, 'status' | 'headers'>,
	code: string | undefined,
): ReadFailure {
	const { provider, clock } = client;
	if (isGrantRefused(code)) {
		return new ReadFailure(
			'reconnect_required',
			`${provider} no longer accepts this connection: it was revoked or expired after too long without use.`,
			'Connect the tenant again.',
		);
	}
	if (status === 429) {
		const wait = retryAfterMs(headers['retry-after'], clock.now()) ?? 60_000;
		return new ReadFailure(
			'rate_limited',
			`${provider} is rate-limiting token requests at the moment.`,
			'The next run tries again.',
			new Date(clock.now().getTime() + wait),
		);
	}
	if (status >= 500 || status === 408 || isPassing(code)) return unavailable(client, `answered ${status}`);
	if (code === undefined && status !== 401) return notItsAnswer(client, status);
	return new ReadFailure(
		'configuration',
		`${provider} rejected the application itself (${code ?? `status ${status}`}).`,
		`Check Client ID, Client Secret, Scope and Access Token URL in the Zixly ${provider} credential.`,
	);
}

/** Nothing was said of the application: a page of a firewall or proxy, or of another address than the token endpoint. */
function notItsAnswer({ provider }: Pick<OAuthClient, 'provider'>, status: number): ReadFailure {
	return new ReadFailure(
		'configuration',
		`The sign-in service of ${provider} answered with status ${status} and without an error of OAuth: probably a page of a firewall, a proxy or another address.`,
		`Check Access Token URL in the Zixly ${provider} credential, and that the server of n8n may reach it. The connection is kept; the next run tries again.`,
	);
}

function unavailable({ provider }: Pick<OAuthClient, 'provider'>, what: string): ReadFailure {
	return new ReadFailure(
		'provider_unavailable',
		`The sign-in service of ${provider} ${what} on every attempt.`,
		'The next run tries again.',
	);
}
