import type { LedgerAccount } from '../../../../nodes/providers/myob/ledger-accounts';
import { monthlyFinancials } from '../../../../nodes/providers/myob/normalise-monthly-financials';
import type { NormaliseSettings, RawRecord } from '../../../../nodes/providers/provider';
import { Conversion } from '../../../../nodes/shared/conversion';

export const SETTINGS: NormaliseSettings = {
	reportingCurrency: 'AUD',
	maxRateAgeDays: 7,
	sectionMap: new Map(),
	stageMap: new Map(),
	clientPer: 'account',
	staleAfterDays: 30,
	recomputeDays: 35,
};

export const account = (UID: string, Classification: string, more: Partial<LedgerAccount> = {}) => ({
	...{ UID, DisplayID: '4-1100', Name: `Account ${UID}`, Classification, Type: Classification },
	...{ IsHeader: false, ...more },
});

export const ACCOUNTS = [
	account('sales', 'Income'),
	account('interest', 'OtherIncome'),
	account('flour', 'CostOfSales'),
	account('rent', 'Expense'),
	account('fines', 'OtherExpense'),
	account('bank', 'Asset', { Type: 'Bank' }),
	account('till', 'Asset', { Type: 'Bank' }),
	account('card', 'Liability', { Type: 'CreditCard' }),
	account('banks', 'Asset', { Type: 'Bank', IsHeader: true }),
	account('all-income', 'Income', { IsHeader: true }),
];

type Figures = Readonly<Record<string, unknown>>;

export interface MonthSketch {
	/** The report's figures by account. */
	result?: Figures;
	/** Those of the register, where they are not the report's. */
	register?: Figures;
	/** Of the bank accounts in the register. */
	bank?: Figures;
	year?: string;
	basis?: 'accrual' | 'cash';
	accounts?: object[];
	report?: object;
	breakdown?: object[] | null;
}

/** A record as Extract composes it, of May 2026. */
export function monthRecord(sketch: MonthSketch = {}) {
	const { result = {}, register = result, bank = {}, year = 'either', basis = 'accrual' } = sketch;
	const lines = Object.entries({ ...register, ...bank }).map(([UID, Activity]) => ({
		...{ Account: { UID }, Year: 2026, Month: 5, Activity },
	}));
	const breakdown = Object.entries(result).map(([UID, AccountTotal]) => ({
		...{
			AccountTotal,
			Account: { UID, Name: `Account ${UID}`, DisplayID: '4-1100', URI: 'https://x.invalid' },
		},
	}));
	return {
		...{ month: '2026-05', basis, accounts: sketch.accounts ?? ACCOUNTS, register: { year, lines } },
		profitAndLoss: {
			...{ StartDate: '2026-05-01T00:00:00', EndDate: '2026-05-31T00:00:00', YearEndAdjust: false },
			ReportingBasis: basis === 'cash' ? 'Cash' : 'Accrual',
			AccountsBreakdown: sketch.breakdown === undefined ? breakdown : sketch.breakdown,
			...sketch.report,
		},
	};
}

export function rawOf(record: unknown, currency = 'AUD'): RawRecord {
	return {
		...{ recordId: '2026-05', stream: 'monthlyFinancials', syncRunId: 'run-1', record },
		account: { id: 'file-1', name: 'Bondi Bakehouse', timezone: 'Australia/Sydney', currency },
		fetchedAt: '2026-08-01T00:00:00.000Z',
	};
}

/** The row that a month becomes. @throws Rejection */
export function rowOf(sketch: MonthSketch, settings: Partial<NormaliseSettings> = {}) {
	const raw = rawOf(monthRecord(sketch));
	const { rows } = monthlyFinancials.normalise(raw, { ...SETTINGS, ...settings }, new Conversion([]));
	return rows[0]!;
}
