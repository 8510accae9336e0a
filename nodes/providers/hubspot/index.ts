import type { ProviderDefinition } from '../../engine/contract/provider';
import type { Provider } from '../provider';
import { hubspotAccounts } from './accounts';
import { deletedScan, restoredScan } from './archive-scans';
import { hydrateDeals, DEALS_AT_ONCE, findDeal, loadDealContext } from './hydrate-deals';
import { listScan } from './list-scan';
import { deals } from './normalise-deals';
import { paths } from './paths';
import { hubspotRules } from './rules';
import { searchScan } from './search-scan';

const API_BASE_URL = 'https://api.hubapi.com';

const definition: ProviderDefinition = {
	key: 'hubspot',
	displayName: 'HubSpot',
	accountWord: 'portal',
	statusPage: 'status.hubspot.com',
	credential: 'zixlyHubSpotOAuth2Api',
	domains: ['hubapi.com', 'hubspot.com'],
	apiBaseUrl: API_BASE_URL,
	oauth: {
		authUrl: 'https://app.hubspot.com/oauth/authorize',
		accessTokenUrl: `${API_BASE_URL}${paths.token}`,
		clientAuthentication: 'body',
		revokePath: 'token/revoke',
		removal: 'Settings > Integrations > Connected apps',
		identify: ({ user_id: user }) => (user === undefined ? undefined : String(user)),
	},
	fixedToken: { name: 'service key or private app token' },
	baseScopes: [{ scope: 'oauth' }],
	limits: {
		scope: 'account',
		windows: [
			// Every plan allows at least 100.
			{ calls: 90, seconds: 10, remainingHeader: 'x-hubspot-ratelimit-remaining' },
			// HubSpot allows 5, shared by all apps of the portal. No header states how many remain.
			{ calls: 4, seconds: 1, group: 'search' },
		],
		concurrent: 4,
		day: {
			limits: [250_000, 500_000, 625_000, 650_000, 1_000_000, 2_000_000],
			reserve: 0.05,
			remainingHeader: 'x-hubspot-ratelimit-daily-remaining',
		},
	},
	headers: { accept: 'application/json' },
	// The introspection reply contains the token.
	redact: ['token', 'access_token', 'refresh_token'],
	rules: hubspotRules,
	accounts: hubspotAccounts,
	streams: [
		{
			reading: 'changes',
			key: 'deals',
			scopes: [
				{ scope: 'crm.objects.deals.read' },
				{ scope: 'crm.objects.companies.read' },
				{ scope: 'crm.schemas.deals.read' },
			],
			scans: [listScan, searchScan, deletedScan, restoredScan],
			batch: DEALS_AT_ONCE,
			prepare: loadDealContext,
			hydrate: hydrateDeals,
			find: findDeal,
		},
	],
};

export const hubspot: Provider = {
	definition,
	streams: {
		deals: {
			displayName: 'Deals',
			disclosure: 'Deals: name, value, dates, stage with its history, and the company that each is for',
			rawRecord: 'A deal with propertiesWithHistory of its stage, as the API gives it',
			normaliser: deals,
		},
	},
};
