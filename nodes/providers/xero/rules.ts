import type { ResponseRule } from '../../engine/contract/api';
import { appendDetail } from '../../engine/http/response-rules';

const HOUR_MS = 3_600_000;

/** How to handle Xero's error responses where the default rules do not fit. The first match applies. */
export const xeroRules: readonly ResponseRule[] = [
	{
		// Xero responds with 401 to a missing scope. A new token would not have the scope either.
		status: [401, 401],
		body: /AuthorizationUnsuccessful/i,
		action: 'fail',
		class: 'needs_consent',
		ofEveryCall: true,
		message: ({ description, account, scope }) =>
			`Xero denied access to ${description} of ${account}: the connection lacks ${scope ? `the scope ${scope}` : 'a scope'}.`,
		hint: 'Add it to Scope in the Zixly Xero credential and connect the tenant again.',
	},
	{
		status: [403, 403],
		body: /AuthenticationUnsuccessful/i,
		action: 'fail',
		class: 'account_gone',
		message: ({ account }) =>
			`Xero no longer gives access to ${account}: the organisation was disconnected or archived.`,
		hint: 'Connect it again in Xero to resume syncing.',
	},
	{
		status: [403, 403],
		path: /\/Reports\//,
		action: 'fail',
		class: 'not_permitted',
		message: ({ description, account }) => `The person who connected ${account} may not see ${description}.`,
		hint: 'In Xero, give that user permission to view reports, or have someone with that permission connect the tenant again.',
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`Xero does not permit ${place.description} of ${place.account}${appendDetail(place)}.`,
		hint: 'Check the role of the user who connected it and the plan of the Xero app.',
	},
	{
		// Seen so far: "day", "DayLimit" and "daily".
		status: [429, 429],
		header: { name: 'x-rate-limit-problem', matches: /da(y|ily)/i },
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: ({ account }) =>
			`Xero's daily limit of calls for ${account} is used up; other apps count towards it.`,
		hint: 'The remaining data will be read after the limit resets.',
	},
	{
		status: [429, 429],
		header: { name: 'x-daylimit-remaining', matches: /^\s*0\s*$/ },
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: ({ account }) => `Xero's daily limit of calls for ${account} is used up.`,
		hint: 'The remaining data will be read after the limit resets.',
	},
	{
		status: [503, 503],
		action: 'retry',
		class: 'provider_unavailable',
		message: () => 'Xero is under maintenance (503).',
		hint: 'The next run tries again; see status.xero.com for its duration.',
	},
];
