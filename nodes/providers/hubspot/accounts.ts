import { z } from 'zod/v4';

import type { AccountEntry } from '../../../db/integrations/accounts';
import type { AccountDiscovery, DiscoveryContext } from '../../engine/contract/provider';
import type { AccountReference, ProviderApi } from '../../engine/contract/api';
import { isTimeZone } from '../../shared/dates';
import { unsupportedZone, DIGITS } from '../account-facts';
import { paths } from './paths';
import { accountDetailsSchema, fetchReplyIfFound, fetchReply, introspectionSchema } from './replies';

/** A token reaches exactly one portal. Token introspection returns its id and domain. */
export const hubspotAccounts: AccountDiscovery = {
	id: DIGITS,

	async list(context) {
		const token = await context.accessToken();
		let known = await introspected(context, token);
		if (!known) {
			const { portalId: id } = await readDetails(context.api);
			// An expired token cannot be introspected. The call above has refreshed it, so try again with the new one.
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
		return { account, warnings: isUnknown ? [unsupportedZone(reference.name, timeZone, 'days')] : [] };
	},
};

/** Introspects a token; undefined if HubSpot rejects the request, or the token has expired or is not available. */
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
	const { data } = introspectionSchema.safeParse(reply);
	return data && { id: data.hub_id, name: data.hub_domain };
}

const REFUSALS = [400, 401, 403, 404, 405, 415];

async function readDetails(api: ProviderApi, account?: AccountReference) {
	return await fetchReply(api, accountDetailsSchema, {
		path: paths.accountDetails,
		account,
		description: 'the portal’s details',
		scope: 'oauth',
	});
}

const unnamed = (id: string): string =>
	`HubSpot did not state the domain of portal ${id}. Its stored name is kept.`;
