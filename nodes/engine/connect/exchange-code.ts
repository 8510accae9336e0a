import type { Consent as ConsentToKeep } from '../../../db/integrations/connect/consents';
import type { TokenSet } from '../../../db/vault/token-set';
import { withoutSecrets } from '../../shared/secrets';
import { isStorable } from '../../../db/postgres/storable-text';
import { ReadFailure } from '../contract/failure';
import type { HttpReply } from '../contract/http';
import { assertAllowedHost } from '../http/hosts';
import { exchangeRefreshToken } from '../http/oauth';
import { isPassing, parseOAuthError } from '../http/oauth-errors';
import { postForm } from '../http/oauth-request';
import { parseAnswer, parseTokens } from '../http/token-reply';
import type { ConnectClient } from './authorize';
import { ConsentFailure } from './consent-failure';

/** What a person's consent gave. */
export interface Consent extends ConsentToKeep {
	tokens: TokenSet & { refreshToken: string };
}

export interface CodeGrant {
	code: string;
	/** As in the request for the code. */
	redirectUri: string;
	verifier: string | null;
	/** The provider's own parameters of the redirect, of `readCallback`. */
	callback: Readonly<Record<string, string>>;
}

/**
 * Exchanges the code of a consent for its tokens. The first request that reaches the provider spends the code, and a
 * second one would revoke what the first gave (RFC 6749, 4.1.2): it is sent again only if no connection could be made. If
 * the reply was lost, only a new consent helps.
 * @throws ConsentFailure with the reason
 */
export async function exchangeCode(client: ConnectClient, grant: CodeGrant): Promise<Consent> {
	const reply = await sendCode(client, grant);
	const answer = parseAnswer(reply.body);
	if (reply.status < 200 || reply.status > 299) throw explainRefusal(client, reply, answer);
	const tokens = await completeTokens(client, answer);
	const { definition } = client;
	return {
		tokens,
		metadata: { ...readCustomerAddress(client, answer), ...keepChecked(client, grant.callback) },
		user: parseUser(definition.oauth.identify?.(answer)),
	};
}

const MAX_ATTEMPTS = 3;
const PAUSE_MS = 500;

async function sendCode(
	client: ConnectClient,
	{ code, redirectUri, verifier }: CodeGrant,
): Promise<HttpReply> {
	const form = {
		...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri },
		...(verifier !== null && { code_verifier: verifier }),
	};
	for (let attempt = 1; ; attempt++) {
		try {
			return await postForm(client, client.accessTokenUrl, form);
		} catch (error) {
			if (error instanceof ReadFailure) throw error;
			if (!wasNeverSent(error)) throw lostReply(client);
			if (attempt === MAX_ATTEMPTS) throw unreachable(client);
			await client.clock.sleep(PAUSE_MS * attempt);
		}
	}
}

/** Errors of the connection that come before the first byte of a request. */
const BEFORE_SENDING = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);
const MAX_CAUSES = 10;

/** n8n and Node.js wrap the error that has the code. */
function wasNeverSent(error: unknown): boolean {
	let cause = error;
	for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth++) {
		const { code, errors } = cause as { code?: unknown; errors?: unknown };
		if (typeof code === 'string' && BEFORE_SENDING.has(code)) return true;
		// One error for each address of the host.
		if (Array.isArray(errors) && errors.length > 0 && errors.every(wasNeverSent)) return true;
		cause = cause.cause;
	}
	return false;
}

async function completeTokens(
	client: ConnectClient,
	answer: Readonly<Record<string, unknown>>,
): Promise<Consent['tokens']> {
	const tokens = parseTokens(answer, client.clock.now());
	if (!tokens) throw withoutToken(client, parseOAuthError(answer));
	if (typeof answer.token_type === 'string' && !/^bearer$/i.test(answer.token_type.trim()))
		throw withoutToken(client, 'an unknown type of token');
	const { refreshToken } = tokens;
	if (refreshToken === null) throw withoutRefreshToken(client);
	if (tokens.accessToken !== '') return { ...tokens, refreshToken };
	// The reply was cut off behind the refresh token: that one still opens the consent.
	const renewed = await exchangeRefreshToken(client, refreshToken);
	return { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken };
}

/** The API's address of this customer, if each has its own. A secret goes there: it must be one of the provider's. */
function readCustomerAddress(
	{ definition, allowedHosts }: ConnectClient,
	answer: Readonly<Record<string, unknown>>,
): Record<string, string> {
	const { apiBaseUrlIn, domains, displayName } = definition;
	const address = apiBaseUrlIn && answer[apiBaseUrlIn.token];
	if (!apiBaseUrlIn || address === undefined || address === null) return {};
	if (typeof address !== 'string' || address.length > MAX_ADDRESS)
		throw unusable(displayName, apiBaseUrlIn.token);
	assertAllowedHost(address, { domains, allowedHosts }, `The API address that ${displayName} gave`);
	const { origin, pathname } = new URL(address);
	return { [apiBaseUrlIn.metadata]: origin + (pathname === '/' ? '' : pathname) };
}

const MAX_ADDRESS = 500;

/** The parameters of the redirect that have a pattern: names are not kept, because the person could have changed them. */
function keepChecked(
	{ definition }: ConnectClient,
	callback: Readonly<Record<string, string>>,
): Record<string, string> {
	const checked = (definition.oauth.callbackParameters ?? []).filter(
		({ name, pattern }) => pattern?.test(callback[name] ?? '') === true,
	);
	return Object.fromEntries(checked.map(({ name }) => [name, callback[name]!]));
}

const MAX_USER_LENGTH = 200;

/** The id of a person, if it is usable as one. */
export function parseUser(user: string | undefined): string | null {
	const text = user?.trim() ?? '';
	return text !== '' && text.length <= MAX_USER_LENGTH && isStorable(text) ? text : null;
}

function explainRefusal(
	client: ConnectClient,
	{ status }: HttpReply,
	answer: Readonly<Record<string, unknown>>,
): ConsentFailure {
	const { provider } = client;
	const code = parseOAuthError(answer);
	if (code !== undefined && SPENT.has(code))
		return new ConsentFailure(
			'expired',
			`${provider} no longer accepts this consent: its code is used up or too old.`,
			START_AGAIN,
		);
	if (status === 429 || status === 408 || status >= 500 || isPassing(code))
		return new ConsentFailure(
			'provider_down',
			`The sign-in service of ${provider} answered ${status}.`,
			`${START_AGAIN} If it happens again, wait some minutes.`,
		);
	return new ConsentFailure(
		'misconfigured',
		`${provider} rejected the app (${code ?? `status ${status}`}).`,
		`Check Client ID, Client Secret, Access Token URL and Scope in the Zixly ${provider} credential, and the redirect URI of the app at ${provider}.`,
	);
}

const SPENT = new Set(['invalid_grant', 'BAD_AUTH_CODE', 'expired_token']);

const START_AGAIN = 'Nothing was changed. Start again from the link.';

/** Whether the consent was given is not known, and the code must not be sent again. */
const lostReply = ({ provider }: ConnectClient): ConsentFailure =>
	new ConsentFailure(
		'provider_down',
		`The answer of ${provider} to the consent did not arrive.`,
		START_AGAIN,
	);

const unreachable = ({ provider }: ConnectClient): ConsentFailure =>
	new ConsentFailure('provider_down', `The sign-in service of ${provider} cannot be reached.`, START_AGAIN);

const withoutToken = ({ provider }: ConnectClient, why: string | undefined): ConsentFailure =>
	new ConsentFailure(
		'provider_down',
		`The sign-in service of ${provider} answered without a usable token${why ? ` (${withoutSecrets(why)})` : ''}.`,
		START_AGAIN,
	);

/** Without it the connection would end within an hour. */
function withoutRefreshToken({ provider, definition }: ConnectClient): ConsentFailure {
	const { offlineScope } = definition.oauth;
	return new ConsentFailure(
		'scope_missing',
		`${provider} gave no refresh token: the connection would end within the hour.`,
		offlineScope
			? `Add ${offlineScope} to Scope in the Zixly ${provider} credential, and start again.`
			: `Check the settings of the app at ${provider}, and start again.`,
		offlineScope ? [offlineScope] : [],
	);
}

const unusable = (provider: string, field: string): ConsentFailure =>
	new ConsentFailure('provider_down', `The token reply of ${provider} has no usable ${field}.`, START_AGAIN);
