import type { ResponseRule } from '../../engine/contract/api';
import type { CallPlace } from '../../engine/contract/failure';
import { said } from '../../engine/http/response-rules';

const HOUR_MS = 3_600_000;

/** What HubSpot's replies mean, in order, where it is not what it means at all providers. */
export const hubspotRules: readonly ResponseRule[] = [
	{
		// The edge answers so where the token is cut or garbled.
		status: [530, 530],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ description, account }) =>
			`HubSpot could not read the token that was sent for ${description} of ${account}. Connect the tenant again.`,
	},
	{
		status: [403, 403],
		body: /MISSING_SCOPES/,
		action: 'fail',
		class: 'not_permitted',
		ofEveryCall: true,
		message: ({ description, account, scope }) =>
			`HubSpot did not give ${description} of ${account}: the connection lacks ${scope ? `the scope ${scope}` : 'a scope'}, or the plan does not include it. ` +
			'Add the scope in the HubSpot app and in the Zixly HubSpot credential, and connect the tenant again.',
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`HubSpot does not permit ${place.description} of ${place.account}${said(place)}. ` +
			'Check the rights of the user who connected it, and whether the app is still installed there.',
	},
	{
		status: [404, 404],
		action: 'fail',
		class: 'bad_request',
		message: ({ description, account }) =>
			`HubSpot knows no ${description.replace(/^the /, '')} of ${account}. Check API Base URL in the Zixly HubSpot credential; ` +
			'where it is right, this package’s version of the HubSpot API may have ended: update the package.',
	},
	{
		status: [414, 414],
		action: 'fail',
		class: 'bad_request',
		message: ({ description, account }) =>
			`The address of the call for ${description} of ${account} was too long for HubSpot. Report it with this text.`,
	},
	{
		status: [423, 423],
		action: 'wait',
		class: 'provider_unavailable',
		initialBackoffMs: 2_500,
		message: ({ description, account }) =>
			`HubSpot kept ${description} of ${account} locked, also after several waits. The next run tries again.`,
	},
	{
		// At midnight of the portal's zone they are back, which this cannot know: an hour later one call tells.
		status: [429, 429],
		body: /"policyName"\s*:\s*"DAILY"/,
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: ({ account }) =>
			`The calls that HubSpot allows for ${account} in a day are used up; other apps count too. ` +
			'The rest is read by itself when they are back, at midnight of the portal’s time zone.',
	},
	{
		// The search's own limit: so many in any second.
		status: [429, 429],
		body: /"policyName"\s*:\s*"SECONDLY"|secondly limit/i,
		action: 'wait',
		class: 'rate_limited',
		initialBackoffMs: 1_000,
		message: noRoom,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		initialBackoffMs: 10_000,
		message: noRoom,
	},
	{
		status: [477, 477],
		action: 'wait',
		class: 'provider_unavailable',
		initialBackoffMs: 60_000,
		message: ({ account }) =>
			`HubSpot is moving ${account} to another data centre, which takes up to a day. It is read again by itself afterwards.`,
	},
];

function noRoom({ description, account }: CallPlace): string {
	return (
		`HubSpot had no room for ${description} of ${account}, also after waiting several times: other apps use the portal’s limit too. ` +
		'The rest is read by itself later.'
	);
}
