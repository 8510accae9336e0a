import type { ProviderDefinition } from '../../engine/contract/provider';
import type { Provider } from '../provider';
import { GUID } from '../account-facts';
import { identifyUser, myobAccounts } from './accounts';
import { loadMonthContext } from './month-context';
import { monthlyFinancials } from './normalise-monthly-financials';
import { profitAndLoss } from './report';
import { myobRules } from './rules';

/** The only scope of keys created before 12 March 2025. */
const OLD_KEY = ['CompanyFile'];

const definition: ProviderDefinition = {
	key: 'myob',
	displayName: 'MYOB',
	accountWord: 'company file',
	credential: 'zixlyMyobOAuth2Api',
	domains: ['myob.com'],
	apiBaseUrl: 'https://api.myob.com',
	oauth: {
		authUrl: 'https://secure.myob.com/oauth2/account/authorize',
		// Ends in "authorize" like the consent URL, but is a different URL.
		accessTokenUrl: 'https://secure.myob.com/oauth2/v1/authorize',
		clientAuthentication: 'body',
		// Without it MYOB does not state the company file. For some older files it makes MYOB show an error.
		authParameters: { prompt: 'consent' },
		callbackParameters: [{ name: 'businessId', pattern: GUID.pattern }, { name: 'businessName' }],
		signOutUrl: 'https://secure.myob.com/oauth2/account/logoff',
		removal: 'secure.myob.com > Partner authorisations',
		lapses: { idleDays: 7, consentDays: 365 },
		identify: identifyUser,
	},
	baseScopes: [{ scope: 'sme-company-file', includedIn: OLD_KEY }],
	limits: {
		// One key for all tenants: 8 calls per second and a million per day. Replies do not state how many remain.
		scope: 'application',
		windows: [{ calls: 5, seconds: 1 }],
		concurrent: 3,
		// Company files respond slowly, and even more slowly to concurrent calls.
		perAccount: 1,
		day: { limits: [1_000_000], reserve: 0.05 },
	},
	headers: ({ clientId }) => ({
		accept: 'application/json',
		'x-myobapi-key': clientId,
		'x-myobapi-version': 'v2',
	}),
	// Bank account numbers, which are part of every account.
	redact: ['BankingDetails'],
	rules: myobRules,
	accounts: myobAccounts,
	streams: [
		{
			reading: 'calendarMonths',
			key: 'monthlyFinancials',
			scopes: [
				// MYOB does not state which scope the accounting properties need.
				{ scope: 'sme-company-settings', optional: true },
				{ scope: 'sme-general-ledger', includedIn: OLD_KEY },
			],
			variant: (metadata) => (metadata.basis === 'cash' ? 'cash' : 'accrual'),
			base: (month, basis) => ({ month: month.key, basis }),
			prepare: loadMonthContext,
			requests: [profitAndLoss],
		},
	],
};

export const myob: Provider = {
	definition,
	streams: {
		monthlyFinancials: {
			displayName: 'Monthly Financials',
			disclosure:
				'Monthly profit and loss, with income and costs by account, and money in and out of your bank accounts',
			rawRecord: 'A month: profitAndLoss, the accounts, and their lines of the account register',
			normaliser: monthlyFinancials,
		},
	},
};
