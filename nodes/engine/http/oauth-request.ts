import type { HttpClient, HttpReply } from '../contract/http';
import type { OAuthFacts } from '../contract/oauth';
import type { Clock } from '../contract/ports';
import { send } from './send';

/** How the application is known to a provider's OAuth service. */
export interface OAuthClient {
	/** The provider's name, for messages. */
	provider: string;
	accessTokenUrl: string;
	clientId: string;
	clientSecret: string;
	clientAuthentication: OAuthFacts['clientAuthentication'];
	http: HttpClient;
	clock: Clock;
}

/** Kept short: someone waits for this reply. */
const TIMEOUT_MS = 12_000;
/** A token pair is a few KB, but it must not be lost because much else comes with it. */
const MAX_BYTES = 8 * 2 ** 20;

/**
 * Sends a form to an endpoint of the provider's OAuth service, with the application's id and secret. Never retries.
 * @throws Error if there was no reply, or one that is too large
 */
export async function postForm(
	client: OAuthClient,
	url: string,
	fields: Readonly<Record<string, string>>,
): Promise<HttpReply> {
	const { clientId, clientSecret, clientAuthentication, http } = client;
	const form: Record<string, string> = { ...fields };
	const headers: Record<string, string> = { accept: 'application/json' };
	if (clientAuthentication === 'body')
		Object.assign(form, { client_id: clientId, client_secret: clientSecret });
	else headers.authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
	return await send(http, {
		method: 'POST',
		...{ url, headers, form },
		timeoutMs: TIMEOUT_MS,
		maxBytes: MAX_BYTES,
	});
}
