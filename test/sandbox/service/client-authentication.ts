import type { SandboxRequest } from '../reply';
import type { OAuthSettings } from './oauth';

interface Client {
	readonly clientId: string;
	readonly clientSecret: string;
}

/** Null where the application proved itself in the way that the provider knows, else the status of its refusal. */
export function clientRefusal(
	{ headers }: SandboxRequest,
	form: URLSearchParams | null,
	client: Client,
	way: OAuthSettings['clientAuthentication'],
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
