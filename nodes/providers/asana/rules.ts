import type { CallPlace, ResponseRule } from '../../engine/definition';

const said = ({ detail }: CallPlace): string => (detail ? ` (${detail})` : '');

const scopeMissing = ({ what, account, scope }: CallPlace): string =>
	`Asana did not give ${what} of ${account}: the connection lacks ${scope ? `the scope ${scope}` : 'a scope'}. ` +
	'Tick it for the app in Asana’s developer console, add it to Scope in the Zixly Asana credential, and connect the tenant again.';

const aboutScope = /\bscopes?\b/i;

/** What Asana's replies mean, in order. */
export const asanaRules: readonly ResponseRule[] = [
	{
		// A new token would not have the scope either.
		status: [401, 401],
		body: aboutScope,
		action: 'fail',
		class: 'not_permitted',
		message: scopeMissing,
	},
	{
		status: [401, 401],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ what, account }) =>
			`Asana refused the token for ${what} of ${account}, also after it was refreshed: access was taken back, ` +
			'or an administrator blocked the app. Connect the tenant again.',
	},
	{
		status: [402, 402],
		action: 'fail',
		class: 'not_permitted',
		message: ({ what, account }) =>
			`Asana gives ${what} of ${account} only in a paid plan. Upgrade the workspace, or switch the stream off.`,
	},
	{
		status: [403, 403],
		body: aboutScope,
		action: 'fail',
		class: 'not_permitted',
		message: scopeMissing,
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`Asana does not permit ${place.what} of ${place.account}${said(place)}. ` +
			'Check that the person who connected it is a member of the workspace, not a guest, and that its administrator allows the app.',
	},
	{
		status: [404, 404],
		action: 'fail',
		class: 'bad_request',
		message: ({ what, account }) =>
			`Asana knows no ${what.replace(/^the /, '')} of ${account}. Check API Base URL in the Zixly Asana credential.`,
	},
	{
		status: [412, 412],
		action: 'fail',
		class: 'bad_request',
		message: ({ what, account }) =>
			`Asana wants ${what} of ${account} to be read from the beginning. Reset the state of the stream; report it with this text if it comes again.`,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		message: ({ what, account }) =>
			`Asana had no room for ${what} of ${account}, also after waiting as long as it asked, several times. The rest is read by itself later.`,
	},
	{
		status: [400, 499],
		action: 'fail',
		class: 'bad_request',
		message: (place) =>
			`Asana refused the call for ${place.what} of ${place.account} with status ${place.status}${said(place)}. ` +
			'Trying again will not help: report it with this text.',
	},
	{
		status: [500, 599],
		action: 'retry',
		class: 'provider_unavailable',
		message: ({ what, account, status }) =>
			`Asana answered ${status} for ${what} of ${account} several times. The next run tries again; see status.asana.com if it lasts.`,
	},
];
