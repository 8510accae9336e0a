import type { ResponseRule } from '../../engine/contract/api';
import type { CallPlace } from '../../engine/contract/failure';
import { said } from '../../engine/http/response-rules';

const HOUR_MS = 3_600_000;

const dayUsedUp = ({ account }: CallPlace): string =>
	`The API tokens of ${account} are used up for today: Pipedrive counts all apps and users of the company together. ` +
	'The rest is read by itself when the new day of its server has begun; a plan with more seats has more tokens.';

/** What Pipedrive's replies mean, in order, where it is not what it means at all providers. */
export const pipedriveRules: readonly ResponseRule[] = [
	{
		status: [402, 402],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`The Pipedrive company of ${place.account} is not open${said(place)}: its trial ended, or its plan was not paid. Somebody there must mend that.`,
	},
	{
		status: [403, 403],
		body: /scope and url mismatch/i,
		action: 'fail',
		class: 'not_permitted',
		ofEveryCall: true,
		message: ({ description, account, scope }) =>
			`Pipedrive did not give ${description} of ${account}: the app lacks ${scope ? `the scope ${scope}` : 'a scope'}. ` +
			'Tick it in the Developer Hub under OAuth & access scopes, and connect the tenant again.',
	},
	{
		// Not Pipedrive itself but Cloudflare before it: whoever goes on after a 429 is shut out for a while.
		status: [403, 403],
		header: { name: 'content-type', matches: /html/i },
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: ({ account }) =>
			`Pipedrive’s gateway shut out the calls for ${account}, as it does after too many of them. The rest is read by itself later.`,
	},
	{
		status: [403, 403],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`The person who connected ${place.account} may not see ${place.description}${said(place)}. ` +
			'Give that user the right in Pipedrive, or let somebody who has it connect the tenant again.',
	},
	{
		status: [410, 410],
		action: 'fail',
		class: 'bad_request',
		message: (place) =>
			`Pipedrive no longer has ${place.description}${said(place)}. Update the package; report it with this text if that does not help.`,
	},
	{
		status: [415, 415],
		action: 'fail',
		class: 'not_permitted',
		message: (place) =>
			`${place.account} has not switched on what ${place.description} needs${said(place)}. Switch it on in Pipedrive, or choose a plan that has it.`,
	},
	{
		status: [429, 429],
		header: { name: 'x-daily-ratelimit-token-remaining', matches: /^\s*0\s*$/ },
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: dayUsedUp,
	},
	{
		status: [429, 429],
		body: /\bdaily\b/i,
		action: 'fail',
		class: 'rate_limited',
		cooldownMs: HOUR_MS,
		message: dayUsedUp,
	},
	{
		status: [429, 429],
		action: 'wait',
		class: 'rate_limited',
		// Of the other replies it says nothing: it stands in all of them, and means the next seconds.
		waitHeaders: ['retry-after', 'x-ratelimit-reset'],
		initialBackoffMs: 5_000,
		// Much sooner Cloudflare would only shut us out.
		cooldownMs: 120_000,
		message: ({ description, account }) =>
			`Pipedrive had no room for ${description} of ${account}, also after waiting as long as it asked, several times. The rest is read by itself later.`,
	},
];
