import { decimalOf } from '../xero/cents';
import type { Basis, Totals } from '../xero/totals';
import type { MyobBooks } from './books';

const EARNED = new Set(['Income', 'OtherIncome']);
const SPENT = new Set(['CostOfSales', 'Expense', 'OtherExpense']);

/**
 * The golden figures of a calendar month (`YYYY-MM`), added up from what was booked.
 * Must never look at a reply: it is what the readers of replies are measured against.
 */
export function totalsOf(books: MyobBooks, month: string, basis: Basis): Totals {
	let [revenue, expenses, cashFlow] = [0, 0, 0];
	const today = books.today();
	for (const { account, date, paidOn, cents } of books.entries()) {
		const counted = basis === 'cash' ? paidOn : date;
		const inMonth = counted !== null && counted.startsWith(`${month}-`) && counted <= today;
		if (inMonth && EARNED.has(account.classification)) revenue += cents;
		if (inMonth && SPENT.has(account.classification)) expenses += cents;
		if (account.type === 'Bank' && date.startsWith(`${month}-`)) cashFlow += cents;
	}
	return {
		revenue: decimalOf(revenue),
		expenses: decimalOf(expenses),
		netProfit: decimalOf(revenue - expenses),
		cashFlow: decimalOf(cashFlow),
	};
}
