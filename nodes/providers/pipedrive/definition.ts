import type { ProviderDefinition } from '../../engine/contract/provider';
import { pipedriveAccounts } from './accounts';
import { addedDeals } from './added-deals';
import { ARCHIVED_DEALS, DEALS } from './lists';
import { changedDeals, DEALS_PER_PAGE } from './changed-deals';
import { composeDeals, findDeal, prepareDeals } from './compose-deals';
import { goneDeals } from './gone-deals';
import { restoredDeals } from './restored-deals';
import { pipedriveRules } from './rules';

/** The day's tokens of a seat of the smallest plan; every plan, and every seat more, is a multiple of it. */
const SEAT = 30_000;
const MAX_SEATS = 1_000;

export const pipedrive: ProviderDefinition = {
	key: 'pipedrive',
	displayName: 'Pipedrive',
	accountWord: 'company',
	statusPage: 'status.pipedrive.com',
	credential: 'zixlyPipedriveOAuth2Api',
	domains: ['pipedrive.com'],
	apiBaseUrl: 'https://api.pipedrive.com',
	apiBaseUrlIn: { token: 'api_domain', metadata: 'apiDomain' },
	oauth: { accessTokenUrl: 'https://oauth.pipedrive.com/oauth/token', clientAuthentication: 'header' },
	limits: {
		scope: 'account',
		// Of 80 and more in any 2 seconds, as the plan has it: the header says how many.
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
			// Archived deals are in no other list than their own.
			scans: [
				changedDeals('deals', DEALS),
				changedDeals('archived', ARCHIVED_DEALS),
				addedDeals('added', DEALS),
				addedDeals('addedArchived', ARCHIVED_DEALS),
				restoredDeals,
				goneDeals,
			],
			batch: DEALS_PER_PAGE,
			prepare: prepareDeals,
			hydrate: composeDeals,
			find: findDeal,
		},
	],
};
