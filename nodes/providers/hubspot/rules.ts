import type { ResponseRule } from '../../engine/contract/api';
import { appendDetail } from '../../engine/http/response-rules';

const HOUR_MS = 3_600_000;

const RATE_LIMITED: Pick<ResponseRule, 'message' | 'hint'> = {
	message: ({ description, account }) =>
		`HubSpot kept rate-limiting ${description} of ${account}, even after several waits: other apps use the portal’s limit too.`,
	hint: 'The remaining data will be read in a later run.',
};

/** How to handle HubSpot's error responses where the default rules do not fit. The first match applies. */
export const hubspotRules: readonly ResponseRule[] = [
	{
		// HubSpot's edge responds with 530 to a truncated or garbled token.
		status: [530, 530],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ description, account }) =>
			`HubSpot could not read the token sent for ${description} of ${account}.`,
		hint: 'Connect the tenant again.',
	},
	{
		status: [403, 403],
		body: /MISSING_SCOPES/,
		action: 'fail',
		class: 'needs_consent',
		ofEveryCall: true,
		message: ({ description, account, scope }) =>
			`HubSpot denied access to ${description} of ${account}: the connection lacks ${scope ? `the scope ${scope}` : 'a scope'}, or the plan does not include it.`,
		hint: 'Add the scope in the HubSpot app and in the Zixly HubSpot credential, and connect the tenant again.',
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`HubSpot does not permit ${place.description} of ${place.account}${appendDetail(place)}.`,
		hint: 'Check the permissions of the user who connected it, and whether the app is still installed there.',
	},
	{
		status: [404, 404],
		action: 'fail',
		class: 'bad_request',
		message: ({ description, account }) => `HubSpot returned 404 for ${description} of ${account}.`,
		hint: 'Check API Base URL (Custom Addresses) in the Zixly HubSpot credential. If it is right, HubSpot may have retired the API version that this package uses: update the package.',
	},
	{
		status: [414, 414],
		action: 'fail',
		class: 'bad_request',
		message: ({ description, account }) =>
			`The request URL for ${description} of ${account} was too long for HubSpot.`,
		hint: 'Report it with this text.',
	},
	{
		status: [423, 423],
		action: 'wait',
		class: 'provider_unavailable',
		initialBackoffMs: 2_500,
		message: ({ description, account }) =>
			`HubSpot kept ${description} of ${account} locked, even after several waits.`,
		hint: 'The next run tries again.',
	},
	{
		// The limit resets at midnight in the portal's time zone, which is not known here. One call an hour finds out.
		status: [429, 429],
		body: /"policyName"\s*:\s*"DAILY"/,
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: ({ account }) =>
			`HubSpot's daily limit of calls for ${account} is used up; other apps count towards it.`,
		hint: 'The remaining data will be read after the limit resets, at midnight in the portal’s time zone.',
	},
	{
		// The search has its own limit per second.
		status: [429, 429],
		body: /"policyName"\s*:\s*"SECONDLY"|secondly limit/i,
		action: 'wait',
		class: 'rate_limited',
		initialBackoffMs: 1_000,
		...RATE_LIMITED,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		initialBackoffMs: 10_000,
		...RATE_LIMITED,
	},
	{
		status: [477, 477],
		action: 'wait',
		class: 'provider_unavailable',
		initialBackoffMs: 60_000,
		message: ({ account }) => `HubSpot is moving ${account} to another data centre, which takes up to a day.`,
		hint: 'Reading resumes automatically afterwards.',
	},
];
