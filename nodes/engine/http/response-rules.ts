import type { HttpReply } from '../contract/http';
import type { ResponseRule } from '../contract/api';
import type { CallPlace } from '../contract/failure';

/** The first rule that fits the reply; undefined: it is accepted. */
export function findRule(
	rules: readonly ResponseRule[],
	path: string,
	reply: HttpReply,
): ResponseRule | undefined {
	const rule = rules.find((candidate) => fits(candidate, path, reply));
	if (rule || isSuccess(reply.status)) return rule;
	return DEFAULT_RULES.find((candidate) => fits(candidate, path, reply)) ?? UNREADABLE;
}

function fits(rule: ResponseRule, path: string, reply: HttpReply): boolean {
	const [from, through] = rule.status;
	if (reply.status < from || reply.status > through) return false;
	if (rule.path && !rule.path.test(path)) return false;
	if (rule.body && !rule.body.test(reply.body)) return false;
	return !rule.header || rule.header.matches.test(reply.headers[rule.header.name] ?? '');
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** A success whose body is cut, is a web page, or is not what was asked for. */
export const UNREADABLE: ResponseRule = {
	status: [0, 999],
	action: 'retry',
	class: 'provider_unavailable',
	message: (place) =>
		`${place.provider} answered ${place.status} for ${place.description} of ${place.account}, but with something that cannot be read. ` +
		triedAgain(place),
};

/** No reply at all: name not found, connection refused or cut, time-out. */
export const NO_REPLY: ResponseRule = {
	status: [0, 0],
	action: 'retry',
	class: 'provider_unavailable',
	message: ({ provider, description, account, detail }) =>
		`${provider} did not answer for ${description} of ${account} (${detail}). ` +
		'The next run tries again; check the network and API Base URL if it lasts.',
};

/** A reply of which the rest was not read. Asking again would only bring it again. */
export const TOO_LARGE: ResponseRule = {
	status: [0, 0],
	action: 'fail',
	class: 'provider_unavailable',
	message: ({ provider, description, account, detail }) =>
		`${provider} answered too much for ${description} of ${account}: ${detail}. ` +
		'The next run tries again; report it with this text if it lasts.',
};

/** What statuses mean where a provider's own rules say nothing. */
const DEFAULT_RULES: readonly ResponseRule[] = [
	{
		status: [300, 399],
		action: 'fail',
		class: 'configuration',
		message: ({ provider, description }) =>
			`${provider} sent the call for ${description} to another address, and a token never follows a redirect. Correct API Base URL in the credential.`,
	},
	{
		status: [401, 401],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ provider, description, account }) =>
			`${provider} refused the token for ${description} of ${account}, also after it was refreshed. Connect the tenant again.`,
	},
	{
		status: [404, 404],
		action: 'fail',
		class: 'bad_request',
		message: ({ provider, description, account }) =>
			`${provider} knows no ${description.replace(/^the /, '')} of ${account}. Check API Base URL in the Zixly ${provider} credential.`,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		message: ({ provider, description, account }) =>
			`${provider} had no room for ${description} of ${account}, also after waiting as long as it asked, several times. The rest is read by itself later.`,
	},
	{
		status: [400, 499],
		action: 'fail',
		class: 'bad_request',
		message: (place) =>
			`${place.provider} refused the call for ${place.description} of ${place.account} with status ${place.status}${said(place)}. ` +
			'Trying again will not help: report it with this text.',
	},
	{
		status: [500, 599],
		action: 'retry',
		class: 'provider_unavailable',
		message: (place) =>
			`${place.provider} answered ${place.status} for ${place.description} of ${place.account} several times${said(place)}. ${triedAgain(place)}`,
	},
];

/** The provider's own words, in parentheses behind ours. */
export function said({ detail }: CallPlace): string {
	return detail && ` (${detail})`;
}

function triedAgain({ statusPage = 'the provider’s status page' }: CallPlace): string {
	return `The next run tries again; see ${statusPage} if it lasts.`;
}
