import type { ResponseRule } from '../../engine/contract/api';
import { appendDetail } from '../../engine/http/response-rules';

const HOUR_MS = 3_600_000;

const DAY_USED_UP: Pick<ResponseRule, 'message' | 'hint'> = {
	message: ({ account }) =>
		`Pipedrive's daily API tokens of ${account} are used up; all apps and users of the company count towards them.`,
	hint: 'The remaining data will be read when the next day begins on its server. A plan with more seats has more tokens.',
};

/** How to handle Pipedrive's error responses where the default rules do not fit. The first match applies. */
export const pipedriveRules: readonly ResponseRule[] = [
	{
		status: [402, 402],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`The Pipedrive company ${place.account} is suspended${appendDetail(place)}: its trial ended, or its plan was not paid.`,
		hint: 'An administrator of the company must fix that.',
	},
	{
		status: [403, 403],
		body: /scope and url mismatch/i,
		action: 'fail',
		class: 'needs_consent',
		ofEveryCall: true,
		message: ({ description, account, scope }) =>
			`Pipedrive denied access to ${description} of ${account}: the app lacks ${scope ? `the scope ${scope}` : 'a scope'}.`,
		hint: 'Tick it in the Developer Hub under OAuth & access scopes, and connect the tenant again.',
	},
	{
		// This comes from Cloudflare, not Pipedrive. It blocks clients for a while that keep calling after a 429.
		status: [403, 403],
		header: { name: 'content-type', matches: /html/i },
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: ({ account }) =>
			`Pipedrive’s gateway blocked the calls for ${account}, as it does after too many of them.`,
		hint: 'The remaining data will be read in a later run.',
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`The person who connected ${place.account} may not see ${place.description}${appendDetail(place)}.`,
		hint: 'Give that user permission in Pipedrive, or have someone with that permission connect the tenant again.',
	},
	{
		status: [410, 410],
		action: 'fail',
		class: 'bad_request',
		message: (place) => `Pipedrive no longer provides ${place.description}${appendDetail(place)}.`,
		hint: 'Update the package; report it with this text if that does not help.',
	},
	{
		status: [415, 415],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`${place.account} has not enabled the feature that ${place.description} needs${appendDetail(place)}.`,
		hint: 'Enable it in Pipedrive, or choose a plan that includes it.',
	},
	{
		status: [429, 429],
		header: { name: 'x-daily-ratelimit-token-remaining', matches: /^\s*0\s*$/ },
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		...DAY_USED_UP,
	},
	{
		status: [429, 429],
		body: /\bdaily\b/i,
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		...DAY_USED_UP,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		// x-ratelimit-reset counts only here: other replies have it too, but there it refers to the next seconds.
		waitHeaders: ['retry-after', 'x-ratelimit-reset'],
		initialBackoffMs: 5_000,
		// Cloudflare would block calls that come much sooner.
		cooldownMs: 120_000,
		message: ({ description, account }) =>
			`Pipedrive kept rate-limiting ${description} of ${account}, even after several waits.`,
		hint: 'The remaining data will be read in a later run.',
	},
];
