import { uuidFrom } from '../core/random';
import type { ChartOfAccounts, LedgerSection } from '../xero/accounts';
import type { CompanyFile } from './catalogue';

export interface MyobAccount {
	uid: string;
	displayId: string;
	name: string;
	classification: string;
	type: string;
	isHeader: boolean;
	isActive: boolean;
	/** Whose header account it is: of all accounts of a classification. */
	heads?: string;
}

const RESULT: Readonly<Record<LedgerSection, { classification: string; digit: number }>> = {
	income: { classification: 'Income', digit: 4 },
	costOfSales: { classification: 'CostOfSales', digit: 5 },
	operatingExpenses: { classification: 'Expense', digit: 6 },
	otherIncome: { classification: 'OtherIncome', digit: 8 },
	// MYOB has no such classification.
	appropriations: { classification: 'Appropriation', digit: 9 },
};

/** The accounts of a company file: those of a ledger, a header above each kind, and some that nothing is booked to. */
export function chartOf(file: CompanyFile, chart: ChartOfAccounts): MyobAccount[] {
	const { business, savings, card, ...result } = chart;
	const numbered = numbers(file);
	const account = (uid: string, name: string, classification: string, type: string, digit: number) => ({
		...{ uid, name, classification, type, isHeader: false, isActive: true },
		displayId: numbered(digit),
	});
	const results = Object.values(result).map(({ id, name, section }) => {
		const { classification, digit } = RESULT[section];
		return account(idOf(file, id), name, classification, classification, digit);
	});
	return [
		header(file, 'Asset', 'Assets', '1-0000'),
		account(business.id, business.name, 'Asset', 'Bank', 1),
		// Closed long ago, and still something comes in now and then.
		{ ...account(savings.id, savings.name, 'Asset', 'Bank', 1), isActive: false },
		account(uuidFrom(`${file.id}/debtors`), 'Trade Debtors', 'Asset', 'AccountReceivable', 1),
		header(file, 'Liability', 'Liabilities', '2-0000'),
		account(card.id, card.name, 'Liability', 'CreditCard', 2),
		account(uuidFrom(`${file.id}/equity`), 'Retained Earnings', 'Equity', 'Equity', 3),
		header(file, 'Income', 'Income', '4-0000'),
		header(file, 'Expense', 'Expenses', '6-0000'),
		...results,
		account(uuidFrom(`${file.id}/unused`), 'Never used', 'OtherExpense', 'OtherExpense', 9),
	];
}

/** Xero's literal for currency gains is no id that MYOB could have. */
const idOf = (file: CompanyFile, id: string): string =>
	/^[\da-f-]{36}$/.test(id) ? id : uuidFrom(`${file.id}/${id}`);

function header(file: CompanyFile, classification: string, name: string, displayId: string): MyobAccount {
	const type = classification === 'Asset' ? 'Bank' : classification;
	const uid = uuidFrom(`${file.id}/header/${classification}`);
	return {
		...{ uid, displayId, name, classification, type },
		...{ isHeader: true, isActive: true, heads: classification },
	};
}

/** Account numbers: by kind, or, in a file that numbers as it likes, all with the digit of income. */
function numbers({ quirks }: CompanyFile): (digit: number) => string {
	let next = 1100;
	return (digit) => `${quirks.includes('ownNumbers') ? 4 : digit}-${next++}`;
}
