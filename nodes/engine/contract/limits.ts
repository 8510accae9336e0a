/** What the provider allows; reply headers say what is left. Header names are lower-case. */
export interface ProviderLimits {
	/**
	 * What the limits apply to: one account, a connection's token with all its accounts, or the registered application
	 * with all its customers.
	 */
	scope: 'account' | 'connection' | 'application';
	/** All of them apply together. Set them slightly below what is allowed: others use the account too. */
	windows: readonly CallLimit[];
	concurrent: number;
	/** The maximum for one account if the limits cover several; by default `concurrent`. */
	perAccount?: number;
	day?: DayLimit;
}

/** A number of requests within any period of a number of seconds. */
export interface CallLimit {
	calls: number;
	seconds: number;
	/** The reply header that says how many are left, if the provider has one. */
	remainingHeader?: string;
	/** Only requests of this group count (`ApiRequest.group`); by default all do. */
	group?: string;
}

export interface DayLimit {
	/** The daily limits of the provider's plans, ascending; which one applies shows in what remains. */
	limits: readonly number[];
	/** The share that is left to others, 0 to 1. */
	reserve: number;
	remainingHeader?: string;
}
