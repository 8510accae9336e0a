import { systemClock } from '../engine/contract/ports';
import { ReadFailure } from '../engine/contract/failure';
import { isGrantRefused, parseOAuthError } from '../engine/http/oauth-errors';
import { explainRefusal } from '../engine/http/oauth';
import { parseAnswer } from '../engine/http/token-reply';
import { excerpt } from '../shared/text';

/** The credential of n8n whose token is used, for messages. */
export interface NamedCredential {
	/** The provider's name. */
	provider: string;
	/** The credential's name in n8n. */
	name: string;
}

/** The n8n credential has never been connected, or holds no token any more. */
export const notConnected = ({ name }: NamedCredential): ReadFailure =>
	new ReadFailure('reconnect_required', `The credential "${excerpt(name)}" is not connected.`, CONNECT);

/**
 * What an error of n8n's own OAuth code means; undefined if it is about the request and not about the credential. Judged by
 * texts and fields, never by class: a package that n8n installed has classes of its own.
 */
export function explainCredentialError(error: unknown, credential: NamedCredential): ReadFailure | undefined {
	const causes = listCauses(error);
	if (causes.some(({ message }) => NOT_CONNECTED.test(message))) return notConnected(credential);
	const codes = causes.map(readOAuthCode);
	if (causes.some(isGrantLost) || codes.some(isGrantRefused)) return notAccepted(credential);
	if (causes.some(({ message }) => NOT_CHOSEN.test(message))) return notChosen(credential);
	const refused = causes.find(({ code }) => typeof code === 'string' && REFUSED_BY_TOKEN_ENDPOINT.has(code));
	if (!refused) return undefined;
	const status = typeof refused.status === 'number' ? refused.status : 400;
	const code = codes.find((one) => one !== undefined);
	return explainRefusal({ provider: credential.provider, clock: systemClock }, { status, headers: {} }, code);
}

const CONNECT =
	'Open it in n8n, press Connect and sign in, then run Zixly Own Connection again, or Connection: Enable.';

const notAccepted = ({ provider, name }: NamedCredential): ReadFailure =>
	new ReadFailure(
		'reconnect_required',
		`${provider} no longer accepts the credential "${excerpt(name)}": access was revoked or has expired.`,
		CONNECT,
	);

const notChosen = ({ provider }: NamedCredential): ReadFailure =>
	new ReadFailure(
		'configuration',
		`No saved ${provider} credential is chosen in this node.`,
		`Choose it in Credential for Zixly ${provider}.`,
	);

// n8n 2.41: n8n-core's request-helpers/oauth.js and @n8n/client-oauth2.
const NOT_CONNECTED = /OAuth credentials not connected|Unable to sign without access token/i;
const GRANT_LOST = /needs to be reconnected|no refresh token is available|please reconnect the credential/i;
const NOT_CHOSEN =
	/Found credential with no ID|Node does not have credential type|does not have any credentials? /i;
/** AuthError and ResponseError of @n8n/client-oauth2. */
const REFUSED_BY_TOKEN_ENDPOINT = new Set(['EAUTH', 'ESTATUS']);

/** The parts of an error that n8n or its OAuth client sets. */
interface N8nError {
	message: string;
	cause?: unknown;
	code?: unknown;
	status?: unknown;
	body?: unknown;
	failure?: { cause?: unknown } | null;
}

const MAX_CAUSES = 10;

/** The error and what caused it: n8n wraps errors, and replaces their texts by stock sentences. */
function listCauses(error: unknown): N8nError[] {
	const causes: N8nError[] = [];
	for (let next = error; next instanceof Error && causes.length < MAX_CAUSES; next = next.cause)
		causes.push(next as unknown as N8nError);
	return causes;
}

const isGrantLost = ({ message, failure }: N8nError): boolean =>
	failure?.cause === 'credential-invalid' || GRANT_LOST.test(message);

/** The error code in a reply of the token endpoint, which n8n keeps as an object or as text. */
function readOAuthCode({ code, body }: N8nError): string | undefined {
	if (typeof code !== 'string' || !REFUSED_BY_TOKEN_ENDPOINT.has(code)) return undefined;
	if (typeof body === 'string') return parseOAuthError(parseAnswer(body));
	return typeof body === 'object' && body !== null
		? parseOAuthError(body as Record<string, unknown>)
		: undefined;
}
