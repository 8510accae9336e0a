import type { ResponseRule } from '../../engine/contract/api';
import { appendDetail } from '../../engine/http/response-rules';

const SCOPE_MISSING: Pick<ResponseRule, 'message' | 'hint'> = {
	message: ({ description, account, scope }) =>
		`Asana denied access to ${description} of ${account}: the connection lacks ${scope ? `the scope ${scope}` : 'a scope'}.`,
	hint: 'Tick it for the app in Asana’s developer console, add it to Scope in the Zixly Asana credential, and connect the tenant again.',
};

const aboutScope = /\bscopes?\b/i;

/** How to handle Asana's error responses where the default rules do not fit. The first match applies. */
export const asanaRules: readonly ResponseRule[] = [
	{
		// A new token would not have the scope either.
		status: [401, 401],
		body: aboutScope,
		action: 'fail',
		class: 'needs_consent',
		ofEveryCall: true,
		...SCOPE_MISSING,
	},
	{
		status: [401, 401],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ description, account }) =>
			`Asana rejected the token for ${description} of ${account}, even after a refresh: access was revoked, or an administrator blocked the app.`,
		hint: 'Connect the tenant again.',
	},
	{
		status: [402, 402],
		action: 'fail',
		class: 'not_permitted',
		message: ({ description, account }) => `Asana provides ${description} of ${account} only in a paid plan.`,
		hint: 'Upgrade the workspace, or disable the stream.',
	},
	{
		status: [403, 403],
		body: aboutScope,
		action: 'fail',
		class: 'needs_consent',
		ofEveryCall: true,
		...SCOPE_MISSING,
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`Asana does not permit ${place.description} of ${place.account}${appendDetail(place)}.`,
		hint: 'Check that the person who connected it is a member of the workspace, not a guest, and that its administrator allows the app.',
	},
	{
		status: [412, 412],
		action: 'fail',
		class: 'bad_request',
		message: ({ description, account }) =>
			`Asana requires ${description} of ${account} to be read from the beginning.`,
		hint: 'Reset the state of the stream. If this recurs, report it with this text.',
	},
];
