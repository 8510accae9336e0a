import type { ProviderDefinition } from '../../engine/contract/provider';
import type { Provider } from '../provider';
import { myobAccounts } from './accounts';
import { loadMonthContext } from './month-context';
import { monthlyFinancials } from './normalise-monthly-financials';
import { profitAndLoss } from './report';
import { myobRules } from './rules';

const definition: ProviderDefinition = {
	key: 'myob',
	displayName: 'MYOB',
	accountWord: 'company file',
	credential: 'zixlyMyobOAuth2Api',
	domains: ['myob.com'],
	apiBaseUrl: 'https://api.myob.com',
	oauth: {
		// Ends in "authorize" like the consent URL, but is a different URL.
		accessTokenUrl: 'https://secure.myob.com/oauth2/v1/authorize',
		clientAuthentication: 'body',
	},
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
			rawRecord: 'A month: profitAndLoss, the accounts, and their lines of the account register',
			normaliser: monthlyFinancials,
		},
	},
};
