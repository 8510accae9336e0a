import { parseOAuthError } from '../http/oauth-errors';
import { excerpt, storable } from '../../shared/text';
import type { ConnectClient } from './authorize';
import { ConsentFailure } from './consent-failure';

/** What a redirect back from a provider's consent page states, checked. */
export interface Callback {
	/** Usable once. */
	code: string;
	/** The provider's own parameters. They passed through the person's browser: anyone may have changed them. */
	parameters: Readonly<Record<string, string>>;
}

/** What a header or a form can carry, and far more than any provider sends. */
const CODE = /^[\x21-\x7e]{1,4096}$/;
const MAX_NAME_LENGTH = 300;
const MAX_VALUE_LENGTH = 2_000;

/**
 * Reads the query of a redirect. A parameter that occurs twice, or as an object, is not accepted.
 * @throws ConsentFailure if it has no code, comes from another issuer, or a parameter is not what the provider sends
 */
export function readCallback(client: ConnectClient, query: Readonly<Record<string, unknown>>): Callback {
	assertIssuer(client, query.iss);
	if (query.error !== undefined) throw explainError(client, query.error);
	const { code } = query;
	if (typeof code !== 'string' || !CODE.test(code)) throw malformed(client, 'no usable code');
	return { code, parameters: readParameters(client, query) };
}

function readParameters(
	client: ConnectClient,
	query: Readonly<Record<string, unknown>>,
): Record<string, string> {
	const parameters: Record<string, string> = {};
	for (const { name, pattern } of client.definition.oauth.callbackParameters ?? []) {
		const value = query[name];
		if (value === undefined || value === '') continue;
		if (typeof value !== 'string' || value.length > MAX_VALUE_LENGTH) throw malformed(client, `no ${name}`);
		const text = pattern ? value.trim().toLowerCase() : excerpt(storable(value.trim()), MAX_NAME_LENGTH);
		if (pattern && !pattern.test(text)) throw malformed(client, `no ${name}`);
		parameters[name] = text;
	}
	return parameters;
}

/**
 * Guards against a code of another provider (RFC 9207), where the redirect names its issuer. A credential may name a proxy
 * or a sandbox: then that origin counts.
 */
function assertIssuer(client: ConnectClient, iss: unknown): void {
	if (iss === undefined) return;
	const { domains, oauth } = client.definition;
	if (typeof iss === 'string' && iss.length <= MAX_VALUE_LENGTH && URL.canParse(iss)) {
		const { origin, hostname } = new URL(iss);
		if (iss === oauth.issuer || origin === new URL(client.authUrl).origin) return;
		if (oauth.issuer === undefined && domains.some((domain) => `.${hostname}`.endsWith(`.${domain}`))) return;
	}
	throw malformed(client, 'the answer of another service');
}

function explainError(client: ConnectClient, error: unknown): ConsentFailure {
	const { displayName: provider } = client.definition;
	const code = parseOAuthError({ error });
	if (code !== undefined && DENIED.has(code))
		return new ConsentFailure(
			'denied',
			`Access was not allowed in ${provider}.`,
			'To connect, start again and allow it. Nothing was changed.',
		);
	if (code !== undefined && PASSING.has(code))
		return new ConsentFailure(
			'provider_down',
			`${provider} cannot connect anyone at the moment (${code}).`,
			'Try again in a few minutes. Nothing was changed.',
		);
	return new ConsentFailure(
		'misconfigured',
		`${provider} rejected the request for access${code ? ` (${code})` : ''}.`,
		`Check the scopes and the redirect URI of the app at ${provider}, and Client ID and Scope in the Zixly ${provider} credential.`,
	);
}

const DENIED = new Set(['access_denied', 'user_denied', 'consent_required', 'interaction_required']);
const PASSING = new Set(['server_error', 'temporarily_unavailable']);

const malformed = ({ definition: { displayName } }: Pick<ConnectClient, 'definition'>, what: string) =>
	new ConsentFailure(
		'misconfigured',
		`The redirect back from ${displayName} contains ${what}.`,
		'Start again from the link. Nothing was changed.',
	);
