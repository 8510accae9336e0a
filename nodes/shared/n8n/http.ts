import {
	NodeOperationError,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
} from 'n8n-workflow';

import type { HttpClient, HttpReply, HttpRequest } from '../../engine/http';

/** n8n's own HTTP helper as the engine wants it: proxy, SSRF policy and logging stay n8n's. */
export function httpClientOf(context: IExecuteFunctions): HttpClient {
	return async (request) =>
		replyOf((await context.helpers.httpRequest(requestOptions(request))) as IN8nHttpFullResponse);
}

/**
 * The same with the token that n8n's OAuth dialog obtained: n8n adds it, refreshes it on a 401 and tries once
 * more. A reply that is still 401 comes back as a reply, so that the engine classifies it like any other.
 */
export function authenticatedHttpClientOf(context: IExecuteFunctions, credentialType: string): HttpClient {
	return async (request) => {
		const options: IHttpRequestOptions = {
			...requestOptions(request),
			ignoreHttpStatusErrors: { ignore: true, except: [401] },
		};
		try {
			return replyOf(
				(await context.helpers.httpRequestWithAuthentication.call(
					context,
					credentialType,
					options,
				)) as IN8nHttpFullResponse,
			);
		} catch (error) {
			const refused = refusedReply(error as RefusedRequest);
			if (refused) return refused;
			throw new NodeOperationError(context.getNode(), error as Error);
		}
	};
}

/** What n8n throws for a status that it was told not to ignore. */
interface RefusedRequest {
	httpCode?: string | null;
	cause?: { response?: { headers?: Record<string, unknown>; data?: unknown } };
}

function refusedReply({ httpCode, cause }: RefusedRequest): HttpReply | undefined {
	if (httpCode !== '401') return undefined;
	return replyOf({
		statusCode: 401,
		headers: (cause?.response?.headers ?? {}) as IN8nHttpFullResponse['headers'],
		body: (cause?.response?.data ?? '') as string,
	});
}

function requestOptions(request: HttpRequest): IHttpRequestOptions {
	return {
		method: request.method,
		url: request.url,
		...contentOf(request),
		encoding: 'text',
		timeout: request.timeoutMs,
		abortSignal: request.signal,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// A redirect must never carry the bearer to another host.
		disableFollowRedirect: true,
	};
}

/** As text: n8n takes a URLSearchParams object for an empty one and sends nothing. */
function contentOf({ headers, form, json }: HttpRequest): Pick<IHttpRequestOptions, 'headers' | 'body'> {
	if (form) {
		const type = { 'content-type': 'application/x-www-form-urlencoded' };
		return { headers: { ...headers, ...type }, body: new URLSearchParams(form).toString() };
	}
	if (json === undefined) return { headers };
	return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(json) };
}

function replyOf(response: IN8nHttpFullResponse): HttpReply {
	const headers = Object.fromEntries(
		Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
	);
	const body = typeof response.body === 'string' ? response.body : JSON.stringify(response.body ?? '');
	return { status: response.statusCode, headers, body };
}
