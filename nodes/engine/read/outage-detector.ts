import type { ReadFailure } from '../contract/failure';

/** If this many records fail alike before any succeeds, the provider is down. */
export const MAX_FIRST_FAILURES = 3;
/** How many recent records are considered. */
const WINDOW = 50;
/** More failures than this, a tenth of the window, are an outage. */
const MAX_FAILURES_IN_WINDOW = 5;

/**
 * Distinguishes a single record that the provider cannot return from an outage. Every requested record is noted. If no
 * outage is detected, the remaining failures concern only their records.
 */
export class OutageDetector {
	private readonly first: ReadFailure[] = [];
	private readonly recent: boolean[] = [];
	private hasAnswered = false;
	private hasAsked = false;

	/**
	 * @param hasFailedBefore the record already failed in earlier runs, so it says nothing about the others
	 * @throws ReadFailure the given failure, if it is an outage
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
	 * If no record has been read and too few were requested to decide, requests the account itself.
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
