import { backoffMs } from './backoff';
import type { Clock } from './clock';
import type { OAuthFacts } from './definition';
import { ReadFailure } from './failure';
import { ReplyTooLarge, type HttpClient, type HttpReply, type HttpRequest } from './http';
import { retryAfterMs } from './retry-after';
import { send } from './send';

export interface OAuthClient {
	/** The provider's name, for messages. */
	provider: string;
	accessTokenUrl: string;
	clientId: string;
	clientSecret: string;
	clientAuthentication: OAuthFacts['clientAuthentication'];
	http: HttpClient;
	clock: Clock;
	signal?: AbortSignal;
}

/** What the token endpoint gave; `refreshToken` is the old one where the provider does not rotate it. */
export interface ExchangedTokens {
	accessToken: string;
	refreshToken: string;
	expiresAt: Date | null;
}

/** Short and few: the exchange happens under a row lock, whose holder the database ends after 45 seconds. */
const TIMEOUT_MS = 12_000;
const RETRIES = 2;
/** A pair of tokens is a few KB. */
const MAX_BYTES = 2 ** 20;

/**
 * Exchanges a refresh token for a new pair. A reply that got lost is asked for again with the same token: providers
 * that rotate it leave a grace period for just that.
 * @throws ReadFailure `reconnect_required` where the token is refused, `configuration` where the application is,
 *   `rate_limited` or `provider_unavailable` where a later run may have more luck
 */
export async function exchangeRefreshToken(
	client: OAuthClient,
	refreshToken: string,
): Promise<ExchangedTokens> {
	for (let tries = 0; ; tries++) {
		const outcome = await attempt(client, refreshToken);
		if (!(outcome instanceof ReadFailure)) return outcome;
		if (!PASSES.has(outcome.failureClass) || tries === RETRIES) throw outcome;
		await client.clock.sleep(backoffMs(tries, client.clock.random), client.signal);
	}
}

const PASSES: ReadonlySet<string> = new Set(['provider_unavailable', 'rate_limited']);

async function attempt(client: OAuthClient, refreshToken: string): Promise<ExchangedTokens | ReadFailure> {
	const reply = await replyTo(client, refreshToken);
	if (reply instanceof ReadFailure) return reply;
	const answer = parsed(reply.body);
	if (reply.status >= 200 && reply.status < 300) return tokensIn(client, answer, refreshToken);
	return refusal(client, reply, typeof answer.error === 'string' ? answer.error : '');
}

async function replyTo(client: OAuthClient, refreshToken: string): Promise<HttpReply | ReadFailure> {
	try {
		return await send(client.http, requestFor(client, refreshToken));
	} catch (error) {
		client.signal?.throwIfAborted();
		if (error instanceof ReadFailure) throw error;
		return unavailable(client, error instanceof ReplyTooLarge ? 'answered far too much' : 'did not answer');
	}
}

function requestFor(client: OAuthClient, refreshToken: string): HttpRequest {
	const { clientId, clientSecret, clientAuthentication } = client;
	const form: Record<string, string> = { grant_type: 'refresh_token', refresh_token: refreshToken };
	const headers: Record<string, string> = { accept: 'application/json' };
	if (clientAuthentication === 'body')
		Object.assign(form, { client_id: clientId, client_secret: clientSecret });
	else headers.authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
	const { accessTokenUrl: url, signal } = client;
	return { method: 'POST', url, headers, form, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, signal };
}

function tokensIn(
	client: OAuthClient,
	answer: Record<string, unknown>,
	refreshToken: string,
): ExchangedTokens | ReadFailure {
	if (typeof answer.access_token !== 'string' || answer.access_token === '') {
		return unavailable(client, 'answered without a token');
	}
	const rotated = typeof answer.refresh_token === 'string' && answer.refresh_token !== '';
	const seconds = Number(answer.expires_in);
	const expires = seconds > 0 ? new Date(client.clock.now().getTime() + seconds * 1_000) : null;
	return {
		accessToken: answer.access_token,
		refreshToken: rotated ? String(answer.refresh_token) : refreshToken,
		expiresAt: expires,
	};
}

function refusal(client: OAuthClient, { status, headers }: HttpReply, error: string): ReadFailure {
	const { provider } = client;
	if (error === 'invalid_grant') {
		return new ReadFailure(
			'reconnect_required',
			`${provider} no longer accepts this connection: it was revoked, or lay unused for too long. Connect the tenant again.`,
		);
	}
	if (status === 429) {
		const wait = retryAfterMs(headers['retry-after'], client.clock.now()) ?? 60_000;
		const message = `${provider} takes no more requests for tokens at the moment. The next run tries again.`;
		return new ReadFailure('rate_limited', message, new Date(client.clock.now().getTime() + wait));
	}
	if (status >= 500 || status === 408) return unavailable(client, `answered ${status}`);
	return new ReadFailure(
		'configuration',
		`${provider} refused the application itself (${/^\w+$/.test(error) ? error : `status ${status}`}). ` +
			`Check Client ID, Client Secret, Scope and Access Token URL in the Zixly ${provider} credential.`,
	);
}

function unavailable({ provider }: OAuthClient, what: string): ReadFailure {
	return new ReadFailure(
		'provider_unavailable',
		`The sign-in service of ${provider} ${what}, several times. The next run tries again.`,
	);
}

function parsed(body: string): Record<string, unknown> {
	try {
		const json: unknown = JSON.parse(body);
		return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}
