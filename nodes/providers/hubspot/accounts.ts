import { z } from 'zod/v4';

import type { AccountEntry } from '../../../db/integrations/accounts';
import type { AccountDiscovery, DiscoveryContext } from '../../engine/contract/provider';
import type { AccountReference, ProviderApi } from '../../engine/contract/api';
import { isTimeZone } from '../../shared/dates';
import { DIGITS } from '../account-facts';
import { paths } from './paths';
import { accountDetailsShape, fetchReplyIfFound, fetchReply, introspectionShape } from './replies';

/** One token reaches one portal: its id and domain are what the token itself is asked for. */
export const hubspotAccounts: AccountDiscovery = {
	id: DIGITS,

	async list(context) {
		const token = await context.accessToken();
		let known = await introspected(context, token);
		if (!known) {
			const { portalId: id } = await readDetails(context.api);
			// That call has refreshed a token that had ended, which no longer says what it is for.
			const renewed = await context.accessToken();
			if (renewed !== token) known = await introspected(context, renewed);
			known ??= { id, name: null };
		}
		const warnings = known.name === null ? [unnamed(known.id)] : [];
		return { accounts: [known], consent: [known.id], warnings };
	},

	async describe({ api }, reference) {
		const { portalId, timeZone, companyCurrency: currency } = await readDetails(api, reference);
		const timezone = timeZone && isTimeZone(timeZone) ? timeZone : null;
		const account = { id: portalId, name: null, timezone, currency };
		const isUnknown = timezone === null && reference.timezone === null;
		return { account, warnings: isUnknown ? [unknownZone(reference.name, timeZone)] : [] };
	},
};

/** What HubSpot says of a token; undefined where it will not, where the token has ended, or where it is hidden. */
async function introspected(
	{ api, application }: DiscoveryContext,
	token: string | undefined,
): Promise<AccountEntry | undefined> {
	if (!token) return undefined;
	const reply = await fetchReplyIfFound(api, z.looseObject({}), {
		method: 'POST',
		path: paths.introspect,
		form: {
			client_id: application.clientId,
			client_secret: application.clientSecret,
			token,
			token_type_hint: 'access_token',
		},
		description: 'what the token is for',
		isNotFound: ({ status }) => REFUSALS.includes(status),
	});
	const { data } = introspectionShape.safeParse(reply);
	return data && { id: data.hub_id, name: data.hub_domain };
}

const REFUSALS = [400, 401, 403, 404, 405, 415];

async function readDetails(api: ProviderApi, account?: AccountReference) {
	return await fetchReply(api, accountDetailsShape, {
		path: paths.accountDetails,
		account,
		description: 'the portal’s details',
		scope: 'oauth',
	});
}

const unnamed = (id: string): string =>
	`HubSpot did not say which domain portal ${id} has. The name that is known of it stays.`;

const unknownZone = (name: string, zone: string | null | undefined): string =>
	`${name} has a time zone that is not known here (${zone ?? 'none'}); its days begin and end in UTC.`;
