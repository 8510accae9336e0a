import type { AccountChoice } from '../../../db/integrations/accounts';
import type { ApiContext } from '../http/api-context';
import { createApi } from '../http/client';
import type { DiscoveryContext } from '../contract/provider';
import { watchAuthorisation } from '../http/watched-authorisation';

/** What account discovery needs: the API, the connection's settings and the accounts that it already reads. */
export function buildDiscovery(
	{ metadata, accounts }: AccountChoice,
	context: ApiContext & { timezone: string },
): DiscoveryContext {
	const { application } = context;
	const { authorisation, accessToken } = watchAuthorisation(context.authorisation);
	const timezone =
		typeof metadata.timezone === 'string' && metadata.timezone ? metadata.timezone : context.timezone;
	const chosen = accounts.filter(({ released }) => !released);
	return {
		api: createApi({ ...context, authorisation }),
		accessToken,
		application,
		metadata,
		timezone,
		chosen,
	};
}
