import { RejectedMonth } from '../../engine/contract/stream';
import type { RejectionReason } from '../../shared/messages';
import { excerpt } from '../../shared/text';
import { isBank, type Ledger } from './ledger-accounts';
import type { RegisterLine, RegisterList } from './register';

/**
 * Finds the months whose figures may lack something, because entries of MYOB's lists cannot be read: rejecting those is
 * better than a cash flow that is wrong without a word. All others are as they would be without such entries.
 */
export class IncompleteLists {
	constructor(
		private readonly name: string,
		private readonly ledger: Ledger,
		private readonly register: RegisterList,
	) {}

	/** @returns undefined where the month lacks nothing */
	toRejection(month: string): RejectedMonth | undefined {
		const lines = this.register.lines.filter((line) => mayConcern(line, month));
		if (this.lacksAccount(lines)) {
			const what = `the list of accounts has ${this.ledger.nameless} without an id, and one of those moved in ${month}`;
			return new RejectedMonth(this.reason(what, 'accounts'));
		}
		const missing = this.register.unreadable.filter((line) => mayConcern(line, month)).length;
		if (missing === 0 || this.namesEveryBank(lines)) return undefined;
		const what = `the account register has ${missing === 1 ? 'an entry' : `${missing} entries`} without an account or a month, maybe of ${month}`;
		return new RejectedMonth(this.reason(what, 'register'));
	}

	private lacksAccount(lines: readonly RegisterLine[]): boolean {
		if (this.ledger.nameless === 0) return false;
		return lines.some(({ Account }) => !this.ledger.known.has(Account.UID.toLowerCase()));
	}

	/** Then no line of a bank is missing; those of the profit and loss are held against its report later. */
	private namesEveryBank(lines: readonly RegisterLine[]): boolean {
		const named = new Set(lines.map(({ Account }) => Account.UID.toLowerCase()));
		return this.ledger.accounts.filter(isBank).every(({ UID }) => named.has(UID.toLowerCase()));
	}

	private reason(what: string, path: string): RejectionReason {
		const message =
			`In the company file ${excerpt(this.name)}, ${what}: its cash flow could be wrong, so the month is left as it was. ` +
			'It is read again with the next sync; where that lasts, report it to MYOB.';
		return { code: 'register_incomplete', path, message };
	}
}

/** Whether an entry may be of a month, whichever year `Year` names; what does not say when may be of any. */
function mayConcern({ Year, Month }: Partial<Pick<RegisterLine, 'Year' | 'Month'>>, month: string): boolean {
	const [year, number] = month.split('-').map(Number) as [number, number];
	if (Month !== undefined && Month !== number) return false;
	return Year === undefined || Year === year || Year === year + 1;
}
