import type { MonthPart } from '../../engine/contract/stream';

/** Scope of the accounts, the register and the reports. */
export const LEDGER_SCOPE = 'sme-general-ledger';

/** Base path of a company file. */
export const buildFilePath = ({ id }: { id: string }): string => `/accountright/${id}`;

/** Requests a month's profit and loss by account. The report has no totals, classifications or currency. */
export const profitAndLoss: MonthPart = {
	name: 'profitAndLoss',
	description: 'the profit and loss report',
	path: (account) => `${buildFilePath(account)}/Report/ProfitAndLossSummary`,
	scope: LEDGER_SCOPE,
	query: ({ firstDay, lastDay }, basis) => ({
		StartDate: firstDay,
		EndDate: lastDay,
		ReportingBasis: basis === 'cash' ? 'Cash' : 'Accrual',
		YearEndAdjust: 'false',
	}),
	isValid: isReport,
};

/** Checks only the outer structure. Transform validates the content, and can reject it with a reason. */
function isReport(json: unknown): boolean {
	const { StartDate, AccountsBreakdown } = (json ?? {}) as Record<string, unknown>;
	return typeof StartDate === 'string' && (Array.isArray(AccountsBreakdown) || AccountsBreakdown === null);
}
