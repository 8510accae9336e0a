import type { HttpReply } from './http';
import type { ResponseRule } from './definition';

/** The first rule that fits the reply; undefined: it is accepted. */
export function ruleFor(
	rules: readonly ResponseRule[],
	path: string,
	reply: HttpReply,
): ResponseRule | undefined {
	const rule = rules.find((candidate) => fits(candidate, path, reply));
	if (rule || isSuccess(reply.status)) return rule;
	return OTHERWISE.find((candidate) => fits(candidate, path, reply)) ?? UNREADABLE;
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
	message: ({ provider, what, account, status }) =>
		`${provider} answered ${status} for ${what} of ${account}, but with something that cannot be read. ` +
		'The next run tries again; look at the provider’s status page if it lasts.',
};

/** No reply at all: name not found, connection refused or cut, time-out. */
export const NO_REPLY: ResponseRule = {
	status: [0, 0],
	action: 'retry',
	class: 'provider_unavailable',
	message: ({ provider, what, account, detail }) =>
		`${provider} did not answer for ${what} of ${account} (${detail}). ` +
		'The next run tries again; check the network and API Base URL if it lasts.',
};

/** What statuses mean where a provider's own rules say nothing. */
const OTHERWISE: readonly ResponseRule[] = [
	{
		status: [300, 399],
		action: 'fail',
		class: 'configuration',
		message: ({ provider, what }) =>
			`${provider} sent the call for ${what} to another address, and a token never follows a redirect. Correct API Base URL in the credential.`,
	},
	{
		status: [400, 499],
		action: 'fail',
		class: 'bad_request',
		message: ({ provider, what, account, status, detail }) =>
			`${provider} refused the call for ${what} of ${account} with status ${status}${detail && ` (${detail})`}. ` +
			'Trying again will not help: report it with this text.',
	},
	{
		status: [500, 599],
		action: 'retry',
		class: 'provider_unavailable',
		message: ({ provider, what, account, status }) =>
			`${provider} is out of order: it answered ${status} for ${what} of ${account} several times. The next run tries again.`,
	},
];
