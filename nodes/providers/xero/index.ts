import type { Provider } from '../provider';
import { xero as definition } from './definition';
import { monthlyFinancials } from './normalise-monthly-financials';

export const xero: Provider = {
	definition,
	streams: {
		monthlyFinancials: {
			displayName: 'Monthly Financials',
			rawRecord: 'A month: profitAndLoss and bankSummary, each the whole reply of the report',
			normaliser: monthlyFinancials,
		},
	},
};
