import type { AccountChoice } from '../../db/accounts';
import { apiOf, type ApiContext } from './api';
import type { DiscoveryContext } from './definition';
import { watched } from './watched-tokens';

/** What finding the accounts of a connection needs: its calls, its settings, and what it reads already. */
export function discoveryOf(
	{ metadata, accounts }: AccountChoice,
	context: ApiContext & { timezone: string },
): DiscoveryContext {
	const { application } = context;
	const { authorisation, accessToken } = watched(context.authorisation);
	const timezone =
		typeof metadata.timezone === 'string' && metadata.timezone ? metadata.timezone : context.timezone;
	const chosen = accounts.filter(({ released }) => !released);
	return { api: apiOf({ ...context, authorisation }), accessToken, application, metadata, timezone, chosen };
}
