import { RejectedMonth } from '../../engine/contract/stream';
import type { RejectionReason } from '../../shared/messages';
import { excerpt } from '../../shared/text';
import { isBank, type Ledger } from './ledger-accounts';
import type { RegisterLine, RegisterList } from './register';

/**
 * Finds the months whose figures may be incomplete because entries of MYOB's lists cannot be read. Rejecting those months
 * is better than storing a wrong cash flow. Other months are not affected.
 */
export class IncompleteLists {
	constructor(
		private readonly name: string,
		private readonly ledger: Ledger,
		private readonly register: RegisterList,
	) {}

	/** @returns undefined if the month is complete */
	toRejection(month: string): RejectedMonth | undefined {
		const lines = this.register.lines.filter((line) => mayConcern(line, month));
		if (this.lacksAccount(lines)) {
			const what = `the list of accounts has ${this.ledger.nameless} without an id, and one of those has activity in ${month}`;
			return new RejectedMonth(this.reason(what, 'accounts'));
		}
		const missing = this.register.unreadable.filter((line) => mayConcern(line, month)).length;
		if (missing === 0 || this.namesEveryBank(lines)) return undefined;
		const what = `the account register has ${missing === 1 ? 'an entry' : `${missing} entries`} without an account or a month, possibly of ${month}`;
		return new RejectedMonth(this.reason(what, 'register'));
	}

	private lacksAccount(lines: readonly RegisterLine[]): boolean {
		if (this.ledger.nameless === 0) return false;
		return lines.some(({ Account }) => !this.ledger.known.has(Account.UID.toLowerCase()));
	}

	/** Whether no bank account's line is missing. Lines of profit and loss accounts are later compared with the report. */
	private namesEveryBank(lines: readonly RegisterLine[]): boolean {
		const named = new Set(lines.map(({ Account }) => Account.UID.toLowerCase()));
		return this.ledger.accounts.filter(isBank).every(({ UID }) => named.has(UID.toLowerCase()));
	}

	private reason(what: string, path: string): RejectionReason {
		const message =
			`In the company file ${excerpt(this.name)}, ${what}. The cash flow could be wrong, so the month is left unchanged. ` +
			'It is read again with the next sync. If this persists, report it to MYOB.';
		return { code: 'register_incomplete', path, message };
	}
}

/** Whether an entry may belong to a month, whatever `Year` means. An entry without a date may belong to any month. */
function mayConcern({ Year, Month }: Partial<Pick<RegisterLine, 'Year' | 'Month'>>, month: string): boolean {
	const [year, number] = month.split('-').map(Number) as [number, number];
	if (Month !== undefined && Month !== number) return false;
	return Year === undefined || Year === year || Year === year + 1;
}
