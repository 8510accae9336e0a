import type { ProviderDefinition } from '../../engine/contract/provider';
import { myobAccounts } from './accounts';
import { prepareBooks } from './books';
import { profitAndLoss } from './report';
import { myobRules } from './rules';

export const myob: ProviderDefinition = {
	key: 'myob',
	displayName: 'MYOB',
	accountWord: 'company file',
	credential: 'zixlyMyobOAuth2Api',
	domains: ['myob.com'],
	apiBaseUrl: 'https://api.myob.com',
	oauth: {
		// It ends in "authorize", as the address of the consent does, and is another one.
		accessTokenUrl: 'https://secure.myob.com/oauth2/v1/authorize',
		clientAuthentication: 'body',
	},
	limits: {
		// The key is one for all customers: 8 a second and a million a day. Nothing in the replies says what is left.
		scope: 'application',
		windows: [{ calls: 5, seconds: 1 }],
		concurrent: 3,
		// A company file answers slowly, and slower still when asked several things at once.
		perAccount: 1,
		day: { limits: [1_000_000], reserve: 0.05 },
	},
	headers: ({ clientId }) => ({
		accept: 'application/json',
		'x-myobapi-key': clientId,
		'x-myobapi-version': 'v2',
	}),
	// Account numbers at the bank, which come with every account.
	redact: ['BankingDetails'],
	rules: myobRules,
	accounts: myobAccounts,
	streams: [
		{
			reading: 'calendarMonths',
			key: 'monthlyFinancials',
			variant: (metadata) => (metadata.basis === 'cash' ? 'cash' : 'accrual'),
			base: (month, basis) => ({ month: month.key, basis }),
			prepare: prepareBooks,
			requests: [profitAndLoss],
		},
	],
};
