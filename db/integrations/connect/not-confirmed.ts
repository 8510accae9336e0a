import type { AccountEntry } from '../accounts';

/** The link or state ended; an account that is read is missing; another connection has one; none is chosen. */
export type RejectedResult = 'ended' | 'other_account' | 'account_taken' | 'nothing_chosen';

/** Rolls a confirmation back: nothing is stored. */
export class NotConfirmed extends Error {
	override readonly name = 'NotConfirmed';

	constructor(
		readonly result: RejectedResult,
		/** Those that stand in the way. */
		readonly accounts: AccountEntry[] = [],
	) {
		super(result);
	}
}
