import { uuidFrom } from '../core/random';

export type LedgerSection = 'income' | 'otherIncome' | 'costOfSales' | 'operatingExpenses' | 'appropriations';

/** A line of the chart of accounts; `section` is where the standard profit and loss shows it. */
export interface LedgerAccount {
	id: string;
	name: string;
	class: 'REVENUE' | 'EXPENSE';
	section: LedgerSection;
}

export interface BankAccount {
	id: string;
	name: string;
	type: 'BANK' | 'CREDITCARD';
	/** Balance before the first month of the ledger, in cents. */
	openingCents: number;
}

export interface ChartOfAccounts {
	sales: LedgerAccount;
	services: LedgerAccount;
	interest: LedgerAccount;
	purchases: LedgerAccount;
	freight: LedgerAccount;
	wages: LedgerAccount;
	rent: LedgerAccount;
	software: LedgerAccount;
	repairs: LedgerAccount;
	bankFees: LedgerAccount;
	currencyGains: LedgerAccount;
	appropriations: LedgerAccount;
	business: BankAccount;
	savings: BankAccount;
	card: BankAccount;
}

/** The accounts of one organisation, with ids of its own. */
export function chartOfAccounts(organisationId: string): ChartOfAccounts {
	const id = (name: string): string => uuidFrom(`${organisationId}/${name}`);
	const income = (name: string, section: LedgerSection = 'income'): LedgerAccount => ({
		id: id(name),
		name,
		class: 'REVENUE',
		section,
	});
	const cost = (name: string, section: LedgerSection = 'operatingExpenses'): LedgerAccount => ({
		id: id(name),
		name,
		class: 'EXPENSE',
		section,
	});
	const bank = (name: string, type: BankAccount['type'], openingCents: number): BankAccount => ({
		id: id(name),
		name,
		type,
		openingCents,
	});
	return {
		sales: income('Sales'),
		services: income('Services & Consulting'),
		interest: income('Interest Income', 'otherIncome'),
		purchases: cost('Purchases', 'costOfSales'),
		freight: cost('Freight & Courier', 'costOfSales'),
		wages: cost('Wages and Salaries'),
		rent: cost('Rent'),
		software: cost('Subscriptions, "Software"'),
		repairs: cost('Repairs and Maintenance'),
		bankFees: cost('Bank Fees'),
		// Xero groups currency gains and losses under this literal instead of an account's id.
		currencyGains: { ...cost('Foreign Currency Gains and Losses'), id: 'FXGROUPID' },
		appropriations: cost('Transfer to Reserves', 'appropriations'),
		business: bank('Business Cheque Account', 'BANK', 2_500_000),
		savings: bank('Business Savings', 'BANK', 1_000_001),
		card: bank('Company Credit Card', 'CREDITCARD', -84_355),
	};
}
