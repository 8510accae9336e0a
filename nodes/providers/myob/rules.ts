import type { ResponseRule } from '../../engine/contract/api';
import { appendDetail } from '../../engine/http/response-rules';

const HOUR_MS = 3_600_000;

/** A name in the body tells the reason of a 403. */
const matchName = (name: string): RegExp => new RegExp(`"Name"\\s*:\\s*"${name}"`, 'i');

/** Matches both words in any order. Anchored at the start, because otherwise the time would be quadratic. */
const DAILY = /^(?=[^]*RateLimitError)[^]*\b(?:daily|per day)\b/i;

const DAY_USED_UP: Pick<ResponseRule, 'message' | 'hint'> = {
	message: () => "MYOB's daily limit of calls for the app is used up; all tenants count towards it.",
	hint: 'The remaining data will be read after the limit resets.',
};

const RATE_LIMITED: Pick<ResponseRule, 'message' | 'hint'> = {
	message: ({ description, account }) =>
		`MYOB kept rate-limiting ${description} of ${account}, even after several waits.`,
	hint: 'The remaining data will be read in a later run.',
};

/** How to handle MYOB's error responses where the default rules do not fit. The first match applies. */
export const myobRules: readonly ResponseRule[] = [
	{
		// MYOB responds with 401 to a missing scope as well as to an expired token. If a new token does not help, it is the scope.
		status: [401, 401],
		path: /\/(?:GeneralLedger|Report)\//,
		action: 'refresh',
		class: 'needs_consent',
		message: ({ description, account, scope }) =>
			`MYOB denied access to ${description} of ${account}, even with a new token: the connection lacks the scope ${scope}, or the consent was withdrawn.`,
		hint: 'Check Scope in the Zixly MYOB credential, and have an administrator of the company file connect the tenant again.',
	},
	{
		status: [401, 401],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ description }) => `MYOB rejected the token for ${description}, even after a refresh.`,
		hint: 'Have an administrator of the company file connect the tenant again.',
	},
	{
		status: [403, 403],
		body: DAILY,
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		...DAY_USED_UP,
	},
	{
		status: [403, 403],
		body: matchName('RateLimitError'),
		action: 'wait',
		class: 'rate_limited',
		initialBackoffMs: 1_000,
		...RATE_LIMITED,
	},
	{
		status: [403, 403],
		body: matchName('DeveloperInactive'),
		action: 'fail',
		class: 'configuration',
		message: () => 'MYOB does not accept the app: its API key is not active.',
		hint: 'Check Client ID in the Zixly MYOB credential, and the key’s status at developer.myob.com.',
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`The person who connected ${place.account} may not see ${place.description} in MYOB${appendDetail(place)}.`,
		hint: 'Have an administrator of that company file connect the tenant again, and check Business ID of the connection.',
	},
	{
		status: [404, 404],
		path: /^\/accountright\/[^/]+$/,
		action: 'fail',
		class: 'account_gone',
		message: ({ account }) => `MYOB has no company file ${account}.`,
		hint: 'Correct Business ID of the connection or, if the file was closed, disable the connection.',
	},
	{
		status: [429, 429],
		body: /\b(?:daily|per day)\b/i,
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		...DAY_USED_UP,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		initialBackoffMs: 1_000,
		...RATE_LIMITED,
	},
	{
		status: [504, 504],
		action: 'retry',
		class: 'provider_unavailable',
		message: ({ description, account }) => `MYOB timed out several times for ${description} of ${account}.`,
		hint: 'It is slow between the 20th and the 5th of a month; the next run tries again.',
	},
	{
		// MYOB may return errors with a success status.
		status: [200, 299],
		body: /^\s*\{\s*"Errors"\s*:\s*\[\s*\{/,
		action: 'retry',
		class: 'provider_unavailable',
		message: (place) =>
			`MYOB returned an error several times for ${place.description} of ${place.account}${appendDetail(place)}.`,
		hint: 'The next run tries again.',
	},
];
