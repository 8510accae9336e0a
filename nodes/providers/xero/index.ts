import type { ProviderDefinition } from '../../engine/contract/provider';
import type { MonthPart } from '../../engine/contract/stream';
import type { CalendarMonth } from '../../shared/months';
import type { Provider } from '../provider';
import { identifyUser, xeroAccounts } from './accounts';
import { monthlyFinancials } from './normalise-monthly-financials';
import { xeroRules } from './rules';

const profitAndLoss = {
	name: 'profitAndLoss',
	description: 'the profit and loss report',
	path: '/api.xro/2.0/Reports/ProfitAndLoss',
	scope: 'accounting.reports.profitandloss.read',
	// One month per call: with `periods`, Xero drops day 31 of months next to a shorter one.
	query: (month: CalendarMonth, basis: string) => ({
		...toDateRange(month),
		standardLayout: 'true',
		...(basis === 'cash' && { paymentsOnly: 'true' }),
	}),
	isValid: isReport,
} satisfies MonthPart;

const bankSummary = {
	name: 'bankSummary',
	description: 'the bank summary',
	path: '/api.xro/2.0/Reports/BankSummary',
	scope: 'accounting.reports.banksummary.read',
	query: toDateRange,
	isValid: isReport,
} satisfies MonthPart;

const definition: ProviderDefinition = {
	key: 'xero',
	displayName: 'Xero',
	accountWord: 'organisation',
	statusPage: 'status.xero.com',
	credential: 'zixlyXeroOAuth2Api',
	domains: ['xero.com'],
	apiBaseUrl: 'https://api.xero.com',
	oauth: {
		authUrl: 'https://login.xero.com/identity/connect/authorize',
		accessTokenUrl: 'https://identity.xero.com/connect/token',
		clientAuthentication: 'header',
		issuer: 'https://identity.xero.com',
		// No `revokePath`: Xero's revocation ends all connections that the person ever made with the application.
		signOutUrl: 'https://login.xero.com/identity/user/logout',
		removal: 'Settings > Connected apps',
		lapses: { idleDays: 60 },
		offlineScope: 'offline_access',
		identify: identifyUser,
	},
	baseScopes: [
		...['openid', 'profile', 'email'].map((scope) => ({ scope, optional: true as const })),
		{ scope: 'offline_access' },
		{ scope: 'accounting.settings.read', includedIn: ['accounting.settings'] },
	],
	limits: {
		scope: 'account',
		// Xero allows 60 per minute and 5 concurrent calls per organisation and app.
		windows: [{ calls: 50, seconds: 60, remainingHeader: 'x-minlimit-remaining' }],
		concurrent: 4,
		day: { limits: [1_000, 5_000], reserve: 0.05, remainingHeader: 'x-daylimit-remaining' },
	},
	// By default Xero responds with XML.
	headers: { accept: 'application/json' },
	accountHeader: 'xero-tenant-id',
	redact: ['APIKey'],
	rules: xeroRules,
	accounts: xeroAccounts,
	streams: [
		{
			reading: 'calendarMonths',
			key: 'monthlyFinancials',
			scopes: [profitAndLoss, bankSummary].map(({ scope }) => ({
				scope,
				// What applications created before 2 March 2026 have.
				includedIn: ['accounting.reports.read'],
			})),
			variant: (metadata) => (metadata.basis === 'cash' ? 'cash' : 'accrual'),
			base: (month, basis) => ({ month: month.key, basis }),
			requests: [profitAndLoss, bankSummary],
		},
	],
};

function toDateRange({ firstDay, lastDay }: CalendarMonth): Record<string, string> {
	return { fromDate: firstDay, toDate: lastDay };
}

/** Checks only the outer structure. Transform validates the content, and can reject it with a reason. */
function isReport(json: unknown): boolean {
	const { Reports } = (json ?? {}) as { Reports?: Array<{ Rows?: unknown } | null> };
	return Array.isArray(Reports) && Array.isArray(Reports[0]?.Rows);
}

export const xero: Provider = {
	definition,
	streams: {
		monthlyFinancials: {
			displayName: 'Monthly Financials',
			disclosure:
				'Monthly profit and loss, with income and costs by account, and money in and out of your bank accounts',
			rawRecord: 'A month: profitAndLoss and bankSummary, each the whole reply of the report',
			normaliser: monthlyFinancials,
		},
	},
};
