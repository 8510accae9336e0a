import type { ReadFailure } from '../contract/failure';

/** Alike from the very first record on: the provider gives nothing. */
const MAX_FIRST_FAILURES = 3;
const WINDOW = 50;
/** More than a tenth of the last fifty. */
const MAX_FAILURES_IN_WINDOW = 5;

/**
 * Tells a record that the provider will not give from a provider that gives nothing. Every record that was asked for
 * is noted; the failures that are left once a reading was not stopped are the records' own.
 */
export class OutageDetector {
	private readonly first: ReadFailure[] = [];
	private readonly recent: boolean[] = [];
	private hasAnswered = false;
	private hasAsked = false;

	/**
	 * @param hasFailedBefore the record could not be read in earlier runs either, so that it says nothing of the others
	 * @throws ReadFailure the given one, where it is not this record's alone
	 */
	note(failure: ReadFailure | undefined, hasFailedBefore: boolean): void {
		this.hasAsked = true;
		if (failure === undefined) this.hasAnswered = true;
		else if (hasFailedBefore) return;
		this.recent.push(failure !== undefined);
		if (this.recent.length > WINDOW) this.recent.shift();
		if (failure && this.isOutage(failure)) throw failure;
	}

	/**
	 * Where nothing has been answered yet and too few were asked to tell, the account itself is asked.
	 * @throws what `describeAccount` throws
	 */
	async settle(describeAccount: () => Promise<unknown>): Promise<void> {
		if (this.hasAsked && !this.hasAnswered) await describeAccount();
	}

	private isOutage(failure: ReadFailure): boolean {
		if (this.recent.filter(Boolean).length > MAX_FAILURES_IN_WINDOW) return true;
		if (this.hasAnswered) return false;
		this.first.push(failure);
		return this.first.length === MAX_FIRST_FAILURES && this.first.every((one) => areAlike(one, failure));
	}
}

function areAlike(one: ReadFailure, other: ReadFailure): boolean {
	return one.failureClass === other.failureClass && one.call?.status === other.call?.status;
}
