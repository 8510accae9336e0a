import { decimalOf } from './cents';
import type { Ledger } from './ledger';

export type Basis = 'accrual' | 'cash';

/** What a month's row must hold, as decimal strings with two places, in the organisation's currency. */
export interface Totals {
	revenue: string;
	expenses: string;
	netProfit: string;
	cashFlow: string;
}

/**
 * The golden figures of a calendar month (`YYYY-MM`), added up from the lines by class alone.
 * Must never look at a rendered report: it is what the reports' readers are measured against.
 */
export function totalsOf(ledger: Ledger, month: string, basis: Basis): Totals {
	const today = ledger.today();
	let [revenue, expenses, cashFlow] = [0, 0, 0];
	for (const posting of ledger.postings()) {
		const counted = basis === 'cash' ? posting.paidOn : posting.date;
		if (!counted?.startsWith(`${month}-`) || counted > today) continue;
		if (posting.account.class === 'REVENUE') revenue += posting.cents;
		else expenses += posting.cents;
	}
	for (const movement of ledger.movements()) {
		if (movement.date.startsWith(`${month}-`) && movement.date <= today) cashFlow += movement.cents;
	}
	return {
		revenue: decimalOf(revenue),
		expenses: decimalOf(expenses),
		netProfit: decimalOf(revenue - expenses),
		cashFlow: decimalOf(cashFlow),
	};
}
