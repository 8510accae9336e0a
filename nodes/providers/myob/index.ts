import type { Provider } from '../provider';
import { myob as definition } from './definition';
import { monthlyFinancials } from './normalise-monthly-financials';

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
