import type { HttpReply } from '../contract/http';
import type { ResponseRule } from '../contract/api';
import type { CallPlace } from '../contract/failure';

/** The first rule that matches the reply; undefined if the reply is accepted. */
export function findRule(
	rules: readonly ResponseRule[],
	path: string,
	reply: HttpReply,
): ResponseRule | undefined {
	const rule = rules.find((candidate) => matchesRule(candidate, path, reply));
	if (rule || isSuccess(reply.status)) return rule;
	return DEFAULT_RULES.find((candidate) => matchesRule(candidate, path, reply)) ?? UNREADABLE;
}

function matchesRule(rule: ResponseRule, path: string, reply: HttpReply): boolean {
	const [from, through] = rule.status;
	if (reply.status < from || reply.status > through) return false;
	if (rule.path && !rule.path.test(path)) return false;
	if (rule.body && !rule.body.test(reply.body)) return false;
	return !rule.header || rule.header.matches.test(reply.headers[rule.header.name] ?? '');
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** A success whose body is truncated, a web page, or not what was requested. */
export const UNREADABLE: ResponseRule = {
	status: [0, 999],
	action: 'retry',
	class: 'provider_unavailable',
	message: (place) =>
		`${place.provider} answered ${place.status} for ${place.description} of ${place.account}, but the reply cannot be read.`,
	hint: (place) => triedAgain(place),
};

/** No reply at all: host name not found, connection refused or interrupted, timeout. */
export const NO_REPLY: ResponseRule = {
	status: [0, 0],
	action: 'retry',
	class: 'provider_unavailable',
	message: ({ provider, description, account, detail }) =>
		`${provider} did not answer for ${description} of ${account} (${detail}).`,
	hint: 'The next run tries again. If it persists, check the network, and API Base URL if Custom Addresses is on.',
};

/** A reply that exceeded the size limit. A retry would only bring the same reply. */
export const TOO_LARGE: ResponseRule = {
	status: [0, 0],
	action: 'fail',
	class: 'provider_unavailable',
	message: ({ provider, description, account, detail }) =>
		`The reply of ${provider} for ${description} of ${account} is too large: ${detail}.`,
	hint: 'The next run tries again. If it persists, report this message.',
};

/** What a status means if no rule of the provider matches. */
const DEFAULT_RULES: readonly ResponseRule[] = [
	{
		status: [300, 399],
		action: 'fail',
		class: 'configuration',
		message: ({ provider, description }) =>
			`${provider} redirected the request for ${description} to another address.`,
		hint: 'Tokens are never sent along a redirect. Correct API Base URL (Custom Addresses) in the credential.',
	},
	{
		status: [401, 401],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ provider, description, account }) =>
			`${provider} rejected the token for ${description} of ${account}, even after it was refreshed.`,
		hint: 'Connect the tenant again.',
	},
	{
		status: [404, 404],
		action: 'fail',
		class: 'bad_request',
		message: ({ provider, description, account }) =>
			`${provider} answered 404 for ${description} of ${account}.`,
		hint: ({ provider }) => `Check API Base URL (Custom Addresses) in the Zixly ${provider} credential.`,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		message: ({ provider, description, account }) =>
			`${provider} kept rate-limiting the requests for ${description} of ${account} after several waits.`,
		hint: 'The remaining data will be read in a later run.',
	},
	{
		status: [400, 499],
		action: 'fail',
		class: 'bad_request',
		message: (place) =>
			`${place.provider} rejected the request for ${place.description} of ${place.account} with status ${place.status}${appendDetail(place)}.`,
		hint: 'A retry will not help. Report this message.',
	},
	{
		status: [500, 599],
		action: 'retry',
		class: 'provider_unavailable',
		message: (place) =>
			`${place.provider} answered ${place.status} for ${place.description} of ${place.account} on every attempt${appendDetail(place)}.`,
		hint: (place) => triedAgain(place),
	},
];

/** The provider's error text in parentheses, to append to ours. */
export function appendDetail({ detail }: CallPlace): string {
	return detail && ` (${detail})`;
}

function triedAgain({ statusPage = 'the provider’s status page' }: CallPlace): string {
	return `The next run tries again. If it persists, see ${statusPage}.`;
}
