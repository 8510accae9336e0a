import type { Clock } from '../core/clock';
import { uuidFrom } from '../core/random';
import { addMonths, localDate, monthOf } from '../xero/calendar';
import type { Organisation } from '../xero/catalogue';
import { centsOf } from '../xero/cents';
import { Ledger } from '../xero/ledger';
import type { Movement, Posting } from '../xero/postings';
import type { CompanyFile } from './catalogue';
import { chartOf, type MyobAccount } from './chart';

/** Amounts to book into a month, as decimal strings that may be negative. */
export interface MyobEdit {
	revenue?: string;
	expenses?: string;
	/** Into the bank. */
	cash?: string;
}

/** Something booked to an account on a day, in cents: positive is what the account usually grows by. */
export interface Entry {
	account: MyobAccount;
	date: string;
	/** When it was paid, for what is earned and spent; null if it never was. */
	paidOn: string | null;
	cents: number;
}

/**
 * The books of a company file, in whole cents. What is booked is made as for an organisation of Xero; accounts and
 * reports are MYOB's own.
 */
export class MyobBooks {
	readonly chart: MyobAccount[];
	/** The first month that was booked, `YYYY-MM`. */
	readonly firstMonth: string;
	private readonly ledger: Ledger;
	private readonly deleted = new Set<Posting | Movement>();

	constructor(
		readonly file: CompanyFile,
		seed: string,
		clock: Clock,
	) {
		const anchor = monthOf(localDate(clock.now(), file.timezone));
		this.ledger = new Ledger(organisationOf(file), seed, anchor, () => clock.now());
		this.firstMonth = addMonths(anchor, -file.monthsOfBooks);
		this.chart = chartOf(file, this.ledger.chart);
	}

	today(): string {
		return this.ledger.today();
	}

	/** All that is booked up to today. */
	entries(): Entry[] {
		const today = this.today();
		const of = ({ account, ...rest }: Omit<Entry, 'account'> & { account: { id: string } }): Entry => ({
			...rest,
			account: this.account(account.id),
		});
		const live = (line: Posting | Movement): boolean =>
			!this.deleted.has(line) && line.date <= today && monthOf(line.date) >= this.firstMonth;
		return [
			...this.ledger.postings().filter(live).map(of),
			...this.ledger
				.movements()
				.filter(live)
				.map(({ bankAccount, date, cents }) =>
					of({ account: bankAccount, date, paidOn: date, cents: this.signed(bankAccount.id, cents) }),
				),
		];
	}

	/** Books something into a month, on its first day, paid at once. */
	edit(month: string, { revenue, expenses, cash }: MyobEdit): void {
		const { sales, repairs, business } = this.ledger.chart;
		const date = `${month}-01`;
		const posting = (account: typeof sales, amount: string | undefined): Posting[] =>
			amount === undefined ? [] : [{ account, date, paidOn: date, cents: centsOf(amount) }];
		const movements = cash === undefined ? [] : [{ bankAccount: business, date, cents: centsOf(cash) }];
		this.ledger.add({ postings: [...posting(sales, revenue), ...posting(repairs, expenses)], movements });
	}

	/** Takes out all that a month earned, as when its invoices are deleted. No reply tells of it. */
	deleteIncome(month: string): void {
		for (const posting of this.ledger.postings()) {
			if (posting.account.class === 'REVENUE' && posting.date.startsWith(month)) this.deleted.add(posting);
		}
	}

	private account(id: string): MyobAccount {
		return this.chart.find(({ uid }) => uid === id)!;
	}

	/** What a credit card owes grows by what is paid with it. */
	private signed(id: string, cents: number): number {
		return this.account(id).type === 'CreditCard' ? -cents : cents;
	}
}

/** The company file as the maker of ledgers knows an organisation. */
function organisationOf(file: CompanyFile): Organisation {
	const { id, name, timezone, turnoverCents, losses, dormant, unclassified } = file;
	return {
		...{ id: uuidFrom(`${id}/books`), name, timezone, country: file.country, currency: '' },
		...{ xeroTimezone: '', layout: 'global', quirks: [], reportsForbidden: false },
		profile: {
			...{ turnoverCents, losses, dormant, oneCent: [], doesNotAddUp: [] },
			unknownSection: unclassified,
		},
	};
}
