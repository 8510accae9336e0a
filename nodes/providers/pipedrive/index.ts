import type { ProviderDefinition } from '../../engine/contract/provider';
import type { Provider } from '../provider';
import { pipedriveAccounts } from './accounts';
import { addedDeals } from './added-deals';
import { changedDeals, DEALS_PER_PAGE } from './changed-deals';
import { goneDeals } from './gone-deals';
import { hydrateDeals, findDeal, loadDealContext } from './hydrate-deals';
import { ARCHIVED_DEALS, DEALS } from './lists';
import { deals } from './normalise-deals';
import { restoredDeals } from './restored-deals';
import { pipedriveRules } from './rules';

/** Daily tokens per seat of the smallest plan. The limits of all plans and seat counts are multiples of it. */
const SEAT = 30_000;
const MAX_SEATS = 1_000;

const definition: ProviderDefinition = {
	key: 'pipedrive',
	displayName: 'Pipedrive',
	accountWord: 'company',
	statusPage: 'status.pipedrive.com',
	credential: 'zixlyPipedriveOAuth2Api',
	domains: ['pipedrive.com'],
	apiBaseUrl: 'https://api.pipedrive.com',
	apiBaseUrlIn: { token: 'api_domain', metadata: 'apiDomain' },
	oauth: {
		authUrl: 'https://oauth.pipedrive.com/oauth/authorize',
		accessTokenUrl: 'https://oauth.pipedrive.com/oauth/token',
		clientAuthentication: 'header',
		// The Developer Hub fixes them; a person agrees to all or none.
		scopeSeparator: null,
		// Ends the installation of this user in this company.
		revokePath: 'revoke',
		signOutUrl: 'https://app.pipedrive.com/auth/logout',
		removal: 'Tools and apps > Marketplace apps',
		lapses: { idleDays: 60 },
	},
	// Sent as a bearer token it would be rejected.
	fixedToken: { name: 'API token', header: 'x-api-token' },
	baseScopes: [{ scope: 'base' }],
	limits: {
		scope: 'account',
		// Plans allow 80 or more per 2 seconds; the header states how many remain.
		windows: [{ calls: 20, seconds: 2, remainingHeader: 'x-ratelimit-remaining' }],
		concurrent: 5,
		day: {
			limits: Array.from({ length: MAX_SEATS }, (_, index) => SEAT * (index + 1)),
			reserve: 0.05,
			remainingHeader: 'x-daily-ratelimit-token-remaining',
		},
	},
	headers: { accept: 'application/json' },
	redact: [],
	rules: pipedriveRules,
	accounts: pipedriveAccounts,
	streams: [
		{
			reading: 'changes',
			key: 'deals',
			scopes: [
				{ scope: 'deals:read', includedIn: ['deals:full'] },
				{ scope: 'contacts:read', includedIn: ['contacts:full'] },
				// The changes of deals; deals:read does not include them.
				{ scope: 'recents:read' },
			],
			// Archived deals are only in their own list.
			scans: [
				changedDeals('deals', DEALS),
				changedDeals('archived', ARCHIVED_DEALS),
				addedDeals('added', DEALS),
				addedDeals('addedArchived', ARCHIVED_DEALS),
				restoredDeals,
				goneDeals,
			],
			batch: DEALS_PER_PAGE,
			prepare: loadDealContext,
			hydrate: hydrateDeals,
			find: findDeal,
		},
	],
};

export const pipedrive: Provider = {
	definition,
	streams: {
		deals: {
			displayName: 'Deals',
			disclosure:
				'Deals: title, value, owner, dates, stage with its history, and the organisation that each is for',
			rawRecord: 'A deal, and in "stageChanges" the changes of its stage, as the API gives them',
			normaliser: deals,
		},
	},
};
