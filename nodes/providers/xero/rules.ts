import type { ResponseRule } from '../../engine/contract/api';
import { said } from '../../engine/http/response-rules';

const HOUR_MS = 3_600_000;

/** What Xero's replies mean, in order, where it is not what it means at all providers. */
export const xeroRules: readonly ResponseRule[] = [
	{
		// A 401, although it is about a right: a new token would not have the scope either.
		status: [401, 401],
		body: /AuthorizationUnsuccessful/i,
		action: 'fail',
		class: 'not_permitted',
		ofEveryCall: true,
		message: ({ description, account, scope }) =>
			`Xero did not give ${description} of ${account}: the connection lacks ${scope ? `the scope ${scope}` : 'a scope'}. ` +
			'Add it to Scope in the Zixly Xero credential and connect the tenant again.',
	},
	{
		status: [403, 403],
		body: /AuthenticationUnsuccessful/i,
		action: 'fail',
		class: 'account_gone',
		message: ({ account }) =>
			`Xero no longer gives access to ${account}: the organisation was disconnected, or archived. Connect it again in Xero to go on with it.`,
	},
	{
		status: [403, 403],
		path: /\/Reports\//,
		action: 'fail',
		class: 'not_permitted',
		message: ({ description, account }) =>
			`The person who connected ${account} may not see ${description}. ` +
			'In Xero, give that user the right to view reports, or let somebody who has it connect the tenant again.',
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`Xero does not permit ${place.description} of ${place.account}${said(place)}. ` +
			'Check the role of the user who connected it and the plan of the Xero app.',
	},
	{
		// "day", "DayLimit" and "daily" have all been seen.
		status: [429, 429],
		header: { name: 'x-rate-limit-problem', matches: /da(y|ily)/i },
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: ({ account }) =>
			`The calls that Xero allows for ${account} in a day are used up. The rest is read by itself when they are back; other apps count too.`,
	},
	{
		status: [429, 429],
		header: { name: 'x-daylimit-remaining', matches: /^\s*0\s*$/ },
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: ({ account }) =>
			`No calls for ${account} are left of those that Xero allows in a day. The rest is read by itself when they are back.`,
	},
	{
		status: [503, 503],
		action: 'retry',
		class: 'provider_unavailable',
		message: () =>
			'Xero is under maintenance (503). The next run tries again; status.xero.com says how long it lasts.',
	},
];
