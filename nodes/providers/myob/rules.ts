import type { ResponseRule } from '../../engine/contract/api';
import type { CallPlace } from '../../engine/contract/failure';
import { said } from '../../engine/http/response-rules';

const HOUR_MS = 3_600_000;

/** MYOB says by a name in the body what a 403 is about. */
const named = (name: string): RegExp => new RegExp(`"Name"\\s*:\\s*"${name}"`, 'i');

/** Both stand in the body, in whatever order; tied to its beginning, or each place would be searched to the end. */
const DAILY = /^(?=[^]*RateLimitError)[^]*\b(?:daily|per day)\b/i;

const dailyMessage = (): string =>
	'The calls that MYOB allows the app in a day are used up, by all tenants together. The rest is read by itself when they are back.';

const crowdedMessage = ({ description, account }: CallPlace): string =>
	`MYOB had no room for ${description} of ${account}, also after waiting several times. The rest is read by itself later.`;

/** What MYOB's replies mean, in order, where it is not what it means at all providers. */
export const myobRules: readonly ResponseRule[] = [
	{
		// A missing scope answers 401 as an ended token does: what a new token does not mend is a right.
		status: [401, 401],
		path: /\/(?:GeneralLedger|Report)\//,
		action: 'refresh',
		class: 'not_permitted',
		message: ({ description, account, scope }) =>
			`MYOB refused ${description} of ${account} with a fresh token too: the connection lacks the scope ${scope}, or the consent was withdrawn. ` +
			'Check Scope in the Zixly MYOB credential, and let an administrator of the company file connect the tenant again.',
	},
	{
		status: [401, 401],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ description }) =>
			`MYOB refused the token for ${description}, also after it was refreshed. Let an administrator of the company file connect the tenant again.`,
	},
	{
		status: [403, 403],
		body: DAILY,
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: dailyMessage,
	},
	{
		status: [403, 403],
		body: named('RateLimitError'),
		action: 'wait',
		class: 'rate_limited',
		initialBackoffMs: 1_000,
		message: crowdedMessage,
	},
	{
		status: [403, 403],
		body: named('DeveloperInactive'),
		action: 'fail',
		class: 'configuration',
		message: () =>
			'MYOB does not accept the app: its API key is not active. Check Client ID in the Zixly MYOB credential, and the key’s status at developer.myob.com.',
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`The person who connected ${place.account} may not see ${place.description} in MYOB${said(place)}. ` +
			'Let an administrator of that company file connect the tenant again, and check Business ID of the connection.',
	},
	{
		status: [404, 404],
		path: /^\/accountright\/[^/]+$/,
		action: 'fail',
		class: 'account_gone',
		message: ({ account }) =>
			`MYOB knows no company file ${account}. Correct Business ID of the connection; where the file was closed, switch the connection off.`,
	},
	{
		status: [429, 429],
		body: /\b(?:daily|per day)\b/i,
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: dailyMessage,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		initialBackoffMs: 1_000,
		message: crowdedMessage,
	},
	{
		status: [504, 504],
		action: 'retry',
		class: 'provider_unavailable',
		message: ({ description, account }) =>
			`MYOB took too long for ${description} of ${account}, several times. It is slow between the 20th and the 5th of a month; the next run tries again.`,
	},
	{
		// An error is an error also where it comes as a success.
		status: [200, 299],
		body: /^\s*\{\s*"Errors"\s*:\s*\[\s*\{/,
		action: 'retry',
		class: 'provider_unavailable',
		message: (place) =>
			`MYOB answered an error for ${place.description} of ${place.account}${said(place)}, several times. The next run tries again.`,
	},
];
