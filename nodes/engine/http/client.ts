import type { RunProgress } from '../../../db/runs/progress';
import { withoutEndSlashes } from '../../shared/text';
import { backoffMs, withJitter } from './backoff';
import { GRACE_MINUTES, type Budget } from '../limits/budget';
import type { Clock, Log } from '../contract/ports';
import type { Application, ProviderDefinition } from '../contract/provider';
import type { ApiRequest, ProviderApi, ResponseRule } from '../contract/api';
import { ReadFailure, type CallPlace } from '../contract/failure';
import { assertSameService } from './hosts';
import { ReplyTooLarge, type HttpClient, type HttpReply, type HttpRequest } from '../contract/http';
import { parseJson } from './json';
import { NO_REPLY, findRule, TOO_LARGE, UNREADABLE } from './response-rules';
import { retryAfterMs } from '../limits/retry-after';
import { removeEchoes, withoutSecrets } from '../../shared/secrets';
import { send } from './send';
import type { RateLimiter, RateLimiters } from '../limits/rate-limiter';
import type { Authorisation } from './tokens';

/** What the calls of one run need. */
export interface ApiContext {
	definition: ProviderDefinition;
	application: Application;
	/** Identifies the connection, for providers that limit each connection separately. */
	connectionId?: string;
	/** The API's address, with or without a trailing slash. */
	baseUrl: string;
	http: HttpClient;
	authorisation: Authorisation;
	rateLimiters: RateLimiters;
	/** Our share of an account's daily limit, 0 to 1. */
	dayShare: number;
	timeoutMs: number;
	clock: Clock;
	log: Log;
	signal?: AbortSignal;
	/** How much the execution may read; unlimited by default. */
	budget?: Pick<Budget, 'isOverdue'>;
	/** Counts requests and waits. */
	progress?: RunProgress;
	/** Called before every request. @throws ReadFailure `run_lost` if another execution took the run over */
	keepLease(): Promise<void>;
}

const MAX_RETRIES = 3;
/** For a longer wait the run ends and says when to continue, instead of blocking. */
const MAX_WAIT_MS = 120_000;

/** A request without a usable reply. */
interface FailedAttempt {
	rule: ResponseRule;
	place: CallPlace;
	token: string | undefined;
	/** The request must not be retried. */
	once: boolean;
	retryAfterMs: number | undefined;
	rateLimiter: RateLimiter | undefined;
}

type Attempts = Record<'retry' | 'wait' | 'refresh', number>;

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
		const answer = await attempt(context, request);
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

async function attempt(context: ApiContext, request: ApiRequest): Promise<{ json: unknown } | FailedAttempt> {
	const rateLimiter = getRateLimiter(context, request);
	const askedAt = context.clock.now().getTime();
	const once = async (): Promise<{ json: unknown } | FailedAttempt> => {
		countWait(context, context.clock.now().getTime() - askedAt);
		return await callOnce(context, request, rateLimiter);
	};
	return await (rateLimiter ? rateLimiter.run(context, request, once) : once());
}

function countWait({ progress }: ApiContext, milliseconds: number): void {
	if (progress && milliseconds > 0) progress.waitedMs += milliseconds;
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
	const json = parseJson(removeEchoes(reply.body, secrets), definition.redact);
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

/** Prepares the next attempt as the rule says. @throws ReadFailure if the request must not be retried */
async function recover(context: ApiContext, trouble: FailedAttempt, tries: Attempts): Promise<void> {
	const { rule } = trouble;
	if (rule.action === 'fail' || trouble.once) throw toFailure(context, trouble);
	const done = tries[rule.action]++;
	if (rule.action === 'refresh') return await refresh(context, trouble, done);
	const wait = chooseWait(context, trouble, done);
	if (done >= MAX_RETRIES || wait > MAX_WAIT_MS) throw toFailure(context, trouble);
	const { provider, description, account, status } = trouble.place;
	context.log.debug(
		`${provider}: ${description} of ${account}: status ${status}, trying again in ${wait} ms`,
	);
	if (rule.action === 'wait') trouble.rateLimiter?.pause(wait);
	countWait(context, wait);
	await context.clock.sleep(wait, context.signal);
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

function chooseWait(
	{ clock }: ApiContext,
	{ rule, retryAfterMs: asked }: FailedAttempt,
	done: number,
): number {
	if (asked !== undefined) return withJitter(asked, clock.random);
	return rule.initialBackoffMs === undefined
		? backoffMs(done, clock.random)
		: withJitter(rule.initialBackoffMs * 2 ** done, clock.random);
}

async function refresh(context: ApiContext, trouble: FailedAttempt, done: number): Promise<void> {
	const { authorisation } = context;
	if (done > 0 || authorisation.by === 'client') throw toFailure(context, trouble);
	await authorisation.tokens.refresh(trouble.token ?? '');
}

function toFailure(
	{ clock }: ApiContext,
	{ rule, place, retryAfterMs: asked, rateLimiter }: FailedAttempt,
): ReadFailure {
	const limited = rule.class === 'rate_limited';
	const rest = asked ?? (limited ? (rule.cooldownMs ?? MAX_WAIT_MS) : undefined);
	const retryAt = rest === undefined ? undefined : new Date(clock.now().getTime() + rest);
	if (limited && retryAt) rateLimiter?.restUntil(retryAt);
	const failed = { ...place, ofEveryCall: rule.ofEveryCall === true };
	const hint = typeof rule.hint === 'string' ? rule.hint : rule.hint(place);
	return new ReadFailure(rule.class, rule.message(place), hint, retryAt, failed);
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

function buildHttpRequest(context: ApiContext, request: ApiRequest, token: string | undefined): HttpRequest {
	const { timeoutMs, signal } = context;
	const { method = 'GET', form, json } = request;
	const url = new URL(withoutEndSlashes(context.baseUrl) + request.path);
	for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
	const headers = buildHeaders(context, request, token);
	return { method, url: url.href, headers, form, json, timeoutMs, signal };
}

function buildHeaders(
	{ definition, application }: ApiContext,
	{ account }: ApiRequest,
	token: string | undefined,
): Record<string, string> {
	const { headers, accountHeader } = definition;
	return {
		...(typeof headers === 'function' ? headers(application) : headers),
		...(token !== undefined && { authorization: `Bearer ${token}` }),
		...(account && accountHeader && { [accountHeader]: account.id }),
	};
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

/** The secrets that a reply to this run could echo. A token kept by n8n is not among them: only n8n knows it. */
export function listSecrets({ application, authorisation }: ApiContext): readonly string[] {
	const { clientSecret } = application;
	return authorisation.by === 'engine' ? [clientSecret, ...authorisation.tokens.secrets()] : [clientSecret];
}

const DETAILS = ['Detail', 'detail', 'Message', 'message', 'Title', 'title', 'error'];

/** The provider's error text, shortened. */
function extractDetail(body: string, secrets: readonly string[]): string {
	const json = parseJson(body);
	if (typeof json !== 'object' || json === null) return '';
	const { errors, Errors = errors } = json as { errors?: unknown; Errors?: unknown };
	const said = Array.isArray(Errors) ? (Errors[0] as unknown) : undefined;
	const words = [json, said ?? {}].flatMap((object) => DETAILS.map((name) => getProperty(object, name)));
	return withoutSecrets(cutToWords(String(words.find((text) => typeof text === 'string') ?? '')), secrets);
}

const MAX_DETAIL = 2_000;

/** Cuts between words: half a token would not be recognised as a secret. */
const cutToWords = (text: string): string =>
	text.length > MAX_DETAIL ? text.slice(0, Math.max(0, text.lastIndexOf(' ', MAX_DETAIL))) : text;

function getProperty(object: unknown, name: string): unknown {
	return (object as Record<string, unknown>)[name];
}
