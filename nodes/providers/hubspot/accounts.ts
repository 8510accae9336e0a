import { z } from 'zod/v4';

import type {
	AccountDiscovery,
	AccountReference,
	DiscoveryContext,
	ProviderApi,
} from '../../engine/definition';
import { isTimeZone } from '../../shared/dates';
import { paths } from './paths';
import { accountDetailsShape, ask, demand, introspectionShape } from './replies';

/** One token reaches one portal: its id and domain are what the token itself is asked for. */
export const hubspotAccounts: AccountDiscovery = {
	async list(context) {
		const known = await introspected(context);
		if (known) return { accounts: [known], warnings: [] };
		const { portalId } = await detailsOf(context.api);
		const name = `HubSpot ${portalId}`;
		return { accounts: [{ id: portalId, name }], warnings: [unnamed(name)] };
	},

	async describe({ api }, reference) {
		const { portalId, timeZone, companyCurrency: currency } = await detailsOf(api, reference);
		const timezone = timeZone && isTimeZone(timeZone) ? timeZone : undefined;
		const account = { id: portalId, name: reference.name, timezone: timezone ?? 'Etc/UTC', currency };
		return { account, warnings: timezone ? [] : [unknownZone(reference.name, timeZone)] };
	},
};

/** What HubSpot says of the token; undefined where it will not, or where a person's own credential hides the token. */
async function introspected({
	api,
	accessToken,
	application,
}: DiscoveryContext): Promise<AccountReference | undefined> {
	if (!accessToken) return undefined;
	const reply = await ask(api, z.looseObject({}), {
		method: 'POST',
		path: paths.introspect,
		form: {
			client_id: application.clientId,
			client_secret: application.clientSecret,
			token: accessToken,
			token_type_hint: 'access_token',
		},
		what: 'what the token is for',
		absent: ({ status }) => REFUSALS.includes(status),
	});
	// A token that is no longer active is told without an account: the next call then finds that out.
	const { data } = introspectionShape.safeParse(reply);
	return data && { id: data.hub_id, name: data.hub_domain };
}

const REFUSALS = [400, 401, 403, 404, 405, 415];

async function detailsOf(api: ProviderApi, account?: AccountReference) {
	return await demand(api, accountDetailsShape, {
		path: paths.accountDetails,
		account,
		what: 'the portal’s details',
		scope: 'oauth',
	});
}

const unnamed = (name: string): string =>
	`HubSpot did not say which domain the connected portal has, so it is called ${name}.`;

const unknownZone = (name: string, zone: string | null | undefined): string =>
	`${name} has a time zone that is not known here (${zone ?? 'none'}); its days begin and end in UTC.`;
