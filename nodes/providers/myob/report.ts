import type { MonthPart } from '../../engine/contract/stream';

/** The scope of the accounts, the register and the reports. */
export const LEDGER_SCOPE = 'sme-general-ledger';

/** A company file's own part of the API. */
export const buildFilePath = ({ id }: { id: string }): string => `/accountright/${id}`;

/** A month's profit and loss by account. It has no totals, no classification and no currency. */
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

/** Only the frame is looked at here; Transform judges the content, and can reject it with a reason. */
function isReport(json: unknown): boolean {
	const { StartDate, AccountsBreakdown } = (json ?? {}) as Record<string, unknown>;
	return typeof StartDate === 'string' && (Array.isArray(AccountsBreakdown) || AccountsBreakdown === null);
}
