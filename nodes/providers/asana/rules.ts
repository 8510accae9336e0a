import type { ResponseRule } from '../../engine/contract/api';
import type { CallPlace } from '../../engine/contract/failure';
import { said } from '../../engine/http/response-rules';

const scopeMissing = ({ description, account, scope }: CallPlace): string =>
	`Asana did not give ${description} of ${account}: the connection lacks ${scope ? `the scope ${scope}` : 'a scope'}. ` +
	'Tick it for the app in Asana’s developer console, add it to Scope in the Zixly Asana credential, and connect the tenant again.';

const aboutScope = /\bscopes?\b/i;

/** What Asana's replies mean, in order, where it is not what it means at all providers. */
export const asanaRules: readonly ResponseRule[] = [
	{
		// A new token would not have the scope either.
		status: [401, 401],
		body: aboutScope,
		action: 'fail',
		class: 'not_permitted',
		ofEveryCall: true,
		message: scopeMissing,
	},
	{
		status: [401, 401],
		action: 'refresh',
		class: 'reconnect_required',
		message: ({ description, account }) =>
			`Asana refused the token for ${description} of ${account}, also after it was refreshed: access was taken back, ` +
			'or an administrator blocked the app. Connect the tenant again.',
	},
	{
		status: [402, 402],
		action: 'fail',
		class: 'not_permitted',
		message: ({ description, account }) =>
			`Asana gives ${description} of ${account} only in a paid plan. Upgrade the workspace, or switch the stream off.`,
	},
	{
		status: [403, 403],
		body: aboutScope,
		action: 'fail',
		class: 'not_permitted',
		ofEveryCall: true,
		message: scopeMissing,
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`Asana does not permit ${place.description} of ${place.account}${said(place)}. ` +
			'Check that the person who connected it is a member of the workspace, not a guest, and that its administrator allows the app.',
	},
	{
		status: [412, 412],
		action: 'fail',
		class: 'bad_request',
		message: ({ description, account }) =>
			`Asana wants ${description} of ${account} to be read from the beginning. Reset the state of the stream; report it with this text if it comes again.`,
	},
];
