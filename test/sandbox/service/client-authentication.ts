import type { SandboxRequest } from '../core/reply';

/** In a header (RFC 6749, 2.3.1) or in the body. */
export type ClientAuthentication = 'header' | 'body';

interface Client {
	readonly clientId: string;
	readonly clientSecret: string;
}

/** Null where the application proved itself in the way that the provider knows, else the status of its refusal. */
export function clientRefusal(
	{ headers }: SandboxRequest,
	form: URLSearchParams | null,
	client: Client,
	way: ClientAuthentication,
): number | null {
	if (way === 'body') {
		const given = `${form?.get('client_id')}:${form?.get('client_secret')}`;
		return given === textOf(client) ? null : 400;
	}
	const [scheme, value] = (headers.authorization ?? '').split(' ');
	if (scheme !== 'Basic' || !value) return 401;
	return Buffer.from(value, 'base64').toString('utf8') === textOf(client) ? null : 400;
}

const textOf = ({ clientId, clientSecret }: Client): string => `${clientId}:${clientSecret}`;
