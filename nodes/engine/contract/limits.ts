/** What the provider allows; the reply headers say what is left. Headers are lower-case. */
export interface ProviderLimits {
	/**
	 * Whose limits they are: one account's, those of a connection's token with all its accounts, or those of the
	 * registered application with all its customers.
	 */
	scope: 'account' | 'connection' | 'application';
	/** All of them hold at once: a little less than allowed, others use the account too. */
	windows: readonly CallLimit[];
	concurrent: number;
	/** So many of them for one account, where the limits are of more than one; as many as there are unless told. */
	perAccount?: number;
	day?: DayLimit;
}

/** So many calls in any so many seconds. */
export interface CallLimit {
	calls: number;
	seconds: number;
	/** Says how many are left, where the provider tells. */
	remainingHeader?: string;
	/** Only calls of this group count (`ApiRequest.group`); without it all do. */
	group?: string;
}

export interface DayLimit {
	/** The day's limits of the provider's plans, ascending; which one holds shows in what remains. */
	limits: readonly number[];
	/** The part of it that is left to others, 0 to 1. */
	reserve: number;
	remainingHeader?: string;
}
