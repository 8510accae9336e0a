import { Readable } from 'node:stream';

import {
	NodeOperationError,
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
	type IHttpRequestOptions,
	type IN8nHttpFullResponse,
} from 'n8n-workflow';

import type { HttpClient, HttpReply, HttpRequest } from '../engine/contract/http';
import { readBodyText } from './read-text';

type Helper = IExecuteFunctions['helpers']['httpRequest'];

/** An HTTP client for the engine on top of n8n's HTTP helper, which keeps n8n's proxy, SSRF policy and logging. */
export function createHttpClient(context: {
	helpers: Pick<IExecuteFunctions['helpers'], 'httpRequest'>;
}): HttpClient {
	return async (request) => await send(context.helpers.httpRequest, requestOptions(request), request);
}

/**
 * The same with the token from n8n's OAuth dialog: n8n adds it, refreshes it after a 401 and tries once more. If the
 * reply is 401 again, it is returned as a reply, so that the engine classifies it like any other.
 */
export function createAuthenticatedHttpClient(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	credentialType: string,
): HttpClient {
	return async (request) => {
		const { boundedContext, lastRefusal } = bounded(context, request);
		try {
			const response = (await context.helpers.httpRequestWithAuthentication.call(
				boundedContext,
				credentialType,
				requestOptions(request),
			)) as IN8nHttpFullResponse;
			return await toReply(response, request);
		} catch (error) {
			const refusal = lastRefusal();
			if (refusal && isCausedBy(error, TokenRejectedError)) return refusal;
			throw new NodeOperationError(context.getNode(), error as Error);
		}
	};
}

/** The name that the credential has in n8n. */
export function getCredentialName(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	credentialType: string,
): string {
	return context.getNode().credentials?.[credentialType]?.name ?? credentialType;
}

/** The API answered 401: n8n refreshes the token and tries again. The token endpoint may answer 401 as well. */
class TokenRejectedError extends Error {
	constructor() {
		super('The token was rejected.');
	}
}

function isCausedBy(error: unknown, kind: typeof TokenRejectedError): boolean {
	let cause = error;
	for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth++) {
		if (cause instanceof kind) return true;
		cause = cause.cause;
	}
	return false;
}

const MAX_CAUSES = 10;

/**
 * The context with a helper that reads every body up to its limit. n8n sends through it. Without it, n8n would leave
 * the body of a 401 unread before it refreshes the token, and the connection open.
 */
function bounded(context: IExecuteFunctions | ILoadOptionsFunctions, request: HttpRequest) {
	let refusal: HttpReply | undefined;
	const httpRequest: Helper = async (options) => {
		// n8n replaces our signal by the execution's, but only ours also ends a request that takes too long.
		const reply = await send(
			context.helpers.httpRequest,
			{ ...options, abortSignal: request.signal },
			request,
		);
		const { status, headers, body } = reply;
		if (status !== 401) return { statusCode: status, headers, body };
		refusal = reply;
		throw Object.assign(new TokenRejectedError(), { response: { status, headers, data: body } });
	};
	const helpers = { ...context.helpers, httpRequest };
	const boundedContext = Object.create(context, { helpers: { value: helpers } }) as IExecuteFunctions;
	return { boundedContext, lastRefusal: () => refusal };
}

async function send(helper: Helper, options: IHttpRequestOptions, request: HttpRequest): Promise<HttpReply> {
	return await toReply((await helper(options)) as IN8nHttpFullResponse, request);
}

function requestOptions(request: HttpRequest): IHttpRequestOptions {
	return {
		method: request.method,
		url: request.url,
		...buildContent(request),
		// We read the body: n8n loads it into memory whatever its size after decompression.
		encoding: 'stream',
		timeout: request.timeoutMs,
		abortSignal: request.signal,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// A redirect must never carry the bearer token to another host.
		disableFollowRedirect: true,
	};
}

/** The form is sent as text: n8n treats a URLSearchParams object as empty and sends nothing. */
function buildContent({ headers, form, json }: HttpRequest): Pick<IHttpRequestOptions, 'headers' | 'body'> {
	if (form) {
		const type = { 'content-type': 'application/x-www-form-urlencoded' };
		return { headers: { ...headers, ...type }, body: new URLSearchParams(form).toString() };
	}
	if (json === undefined) return { headers };
	return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(json) };
}

async function toReply(response: IN8nHttpFullResponse, request: HttpRequest): Promise<HttpReply> {
	const headers = Object.fromEntries(
		Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
	);
	return { status: response.statusCode, headers, body: await readBody(response.body, request) };
}

async function readBody(body: unknown, request: HttpRequest): Promise<string> {
	if (body instanceof Readable) return await readBodyText(body, request);
	return typeof body === 'string' ? body : JSON.stringify(body ?? '');
}
