import { withoutEndSlashes } from '../../shared/text';
import type { ApiRequest } from '../contract/api';
import type { HttpRequest } from '../contract/http';
import type { ApiContext } from './api-context';
import type { Authorisation } from './tokens';

/** The request as it is sent: address, query, headers and body. */
export function buildHttpRequest(
	context: ApiContext,
	request: ApiRequest,
	token: string | undefined,
): HttpRequest {
	const { timeoutMs, signal } = context;
	const { method = 'GET', form, json } = request;
	const url = new URL(withoutEndSlashes(context.baseUrl) + request.path);
	for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
	const headers = buildHeaders(context, request, token);
	return { method, url: url.href, headers, form, json, timeoutMs, signal };
}

function buildHeaders(
	{ definition, application, authorisation }: ApiContext,
	{ account }: ApiRequest,
	token: string | undefined,
): Record<string, string> {
	const { headers, accountHeader } = definition;
	return {
		...(typeof headers === 'function' ? headers(application) : headers),
		...(token !== undefined && authorise(authorisation, token)),
		...(account && accountHeader && { [accountHeader]: account.id }),
	};
}

function authorise(authorisation: Authorisation, token: string): Record<string, string> {
	const header = authorisation.by === 'engine' ? authorisation.header : undefined;
	return header === undefined ? { authorization: `Bearer ${token}` } : { [header]: token };
}
