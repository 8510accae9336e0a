import { withoutEndSlashes } from '../../shared/text';
import { GRACE_MINUTES } from '../limits/budget';
import type { ProviderDefinition } from '../contract/provider';
import type { ApiRequest, ProviderApi, ResponseRule } from '../contract/api';
import { ReadFailure, type CallPlace } from '../contract/failure';
import { listSecrets, type ApiContext } from './api-context';
import { buildHttpRequest } from './build-request';
import { extractDetail } from './error-detail';
import { assertSameService } from './hosts';
import { ReplyTooLarge, type HttpReply, type HttpRequest } from '../contract/http';
import { parseJson } from './json';
import { countWait, recover, type Attempts, type FailedAttempt } from './recovery';
import { NO_REPLY, findRule, TOO_LARGE, UNREADABLE } from './response-rules';
import { retryAfterMs } from '../limits/retry-after';
import { removeEchoes, withoutSecrets } from '../../shared/secrets';
import { send } from './send';
import type { RateLimiter } from '../limits/rate-limiter';
import type { Authorisation } from './tokens';

/** The provider's API; rate limits, retries and tokens are handled here. */
export function createApi(context: ApiContext): ProviderApi {
	return {
		call: async (request) => await call(context, request),
		resolveLink: (link) => resolveLink(context, link),
	};
}

async function call(context: ApiContext, request: ApiRequest): Promise<unknown> {
	const tries: Attempts = { retry: 0, wait: 0, refresh: 0 };
	for (;;) {
		if (context.budget?.isOverdue) throw overdue(request);
		const answer = await attemptRequest(context, request);
		if ('json' in answer) return answer.json;
		await recover(context, answer, tries);
	}
}

function overdue({ description, account }: ApiRequest): ReadFailure {
	return new ReadFailure(
		'provider_unavailable',
		`Reading ${description} of ${account?.name ?? 'the connection'} was stopped ${GRACE_MINUTES} minutes after Max Minutes.`,
		'What was read so far is kept, and the next run continues from there. Raise Max Minutes if the account is that large; otherwise report this message.',
	);
}

function resolveLink({ baseUrl, definition }: ApiContext, link: string): Pick<ApiRequest, 'path' | 'query'> {
	const base = new URL(baseUrl);
	const url = assertSameService(new URL(link, base).href, base, definition.domains);
	const prefix = withoutEndSlashes(base.pathname);
	const path = url.pathname.startsWith(`${prefix}/`) ? url.pathname.slice(prefix.length) : url.pathname;
	return { path, query: Object.fromEntries(url.searchParams) };
}

async function attemptRequest(
	context: ApiContext,
	request: ApiRequest,
): Promise<{ json: unknown } | FailedAttempt> {
	const rateLimiter = getRateLimiter(context, request);
	const askedAt = context.clock.now().getTime();
	const once = async (): Promise<{ json: unknown } | FailedAttempt> => {
		countWait(context, context.clock.now().getTime() - askedAt);
		return await callOnce(context, request, rateLimiter);
	};
	return await (rateLimiter ? rateLimiter.run(context, request, once) : once());
}

async function callOnce(
	context: ApiContext,
	request: ApiRequest,
	rateLimiter: RateLimiter | undefined,
): Promise<{ json: unknown } | FailedAttempt> {
	const { clock, definition } = context;
	await context.keepLease();
	const token = await getBearer(context.authorisation);
	const trouble = (rule: ResponseRule, status: number, detail: string, asked?: number): FailedAttempt => ({
		rule,
		place: toCallPlace(definition, request, status, detail),
		token,
		once: request.once === true && rule.action === 'retry',
		retryAfterMs: asked,
		rateLimiter,
	});
	if (context.progress) context.progress.calls++;
	const reply = await replyTo(context, buildHttpRequest(context, request, token));
	const secrets = listSecrets(context);
	if (reply instanceof ReplyTooLarge) return trouble(TOO_LARGE, 0, reply.message);
	if (reply instanceof Error) return trouble(NO_REPLY, 0, withoutSecrets(reply.message, secrets));
	rateLimiter?.observe(reply.headers);
	const beginning = cutReply(reply);
	const rule = findRule(definition.rules, request.path, beginning);
	if (rule && request.isNotFound?.(beginning)) return { json: undefined };
	if (rule)
		return trouble(
			rule,
			reply.status,
			extractDetail(reply.body, secrets),
			askedToWait(definition, rule, reply, clock.now()),
		);
	const json = reply.status === 204 ? null : parseJson(removeEchoes(reply.body, secrets), definition.redact);
	return json !== undefined && request.isValid(json) ? { json } : trouble(UNREADABLE, reply.status, '');
}

/** How many characters the patterns of the rules see: an error shows in the first lines of a reply. */
const MAX_JUDGED = { body: 2 ** 16, header: 2 ** 10 };

function cutReply({ status, headers, body }: HttpReply): HttpReply {
	const cut = Object.entries(headers).map(([name, text]) => [name, text.slice(0, MAX_JUDGED.header)]);
	return {
		status,
		headers: Object.fromEntries(cut) as HttpReply['headers'],
		body: body.slice(0, MAX_JUDGED.body),
	};
}

/** The wait in milliseconds from the first header that states one. */
function askedToWait(
	definition: ProviderDefinition,
	rule: ResponseRule,
	{ headers }: HttpReply,
	now: Date,
): number | undefined {
	const waitHeaders = rule.waitHeaders ?? definition.waitHeaders ?? ['retry-after'];
	return waitHeaders.map((name) => retryAfterMs(headers[name], now)).find((wait) => wait !== undefined);
}

function getRateLimiter(
	{ definition, baseUrl, application, rateLimiters, connectionId }: ApiContext,
	{ account }: ApiRequest,
): RateLimiter | undefined {
	const { key, displayName, limits } = definition;
	if (limits.scope === 'connection' && connectionId !== undefined) {
		return rateLimiters.of(`${key} ${baseUrl} ${connectionId}`, `this ${displayName} connection`, limits);
	}
	if (limits.scope === 'application') {
		return rateLimiters.of(`${key} ${baseUrl} ${application.clientId}`, `this ${displayName} app`, limits);
	}
	return account && rateLimiters.of(`${key} ${baseUrl} ${account.id}`, account.name, limits);
}

async function getBearer(authorisation: Authorisation): Promise<string | undefined> {
	return authorisation.by === 'engine' ? await authorisation.tokens.current() : undefined;
}

/** The reply, whatever its status, or the error if there was none. */
async function replyTo({ http, signal }: ApiContext, request: HttpRequest): Promise<HttpReply | Error> {
	try {
		return await send(http, request);
	} catch (error) {
		signal?.throwIfAborted();
		if (error instanceof ReadFailure) throw error;
		return error instanceof Error ? error : new Error(String(error));
	}
}

function toCallPlace(
	{ displayName: provider, statusPage }: ProviderDefinition,
	{ description, scope, account }: ApiRequest,
	status: number,
	detail: string,
): CallPlace {
	return {
		provider,
		statusPage,
		description,
		account: account?.name ?? 'the connection',
		scope,
		status,
		detail,
	};
}
