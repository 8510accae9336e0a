import type { FailureClass } from '../shared/messages';
import type { Account } from '../shared/account';
import type { CalendarMonth } from './months';

/** Everything the engine must know about a provider. Adding one is writing one of these, not a program. */
export interface ProviderDefinition {
	key: string;
	displayName: string;
	/** The credential type that holds the application's id and secret and the addresses. */
	credential: string;
	/** Where a stored token may be sent; subdomains count too. */
	domains: readonly string[];
	apiBaseUrl: string;
	oauth: OAuthFacts;
	limits: ProviderLimits;
	/** Sent with every call of the API. */
	headers: Readonly<Record<string, string>>;
	/** The header that names the account of a call. */
	accountHeader: string;
	/** Properties of replies that never leave the engine, at whatever depth they stand. */
	redact: readonly string[];
	/** In order: the first that fits a reply says what to do; a 2xx that none fits is accepted. */
	rules: readonly ResponseRule[];
	accounts: AccountDiscovery;
	streams: readonly StreamDefinition[];
}

export interface OAuthFacts {
	accessTokenUrl: string;
	/** How the application proves itself at the token endpoint. */
	clientAuthentication: 'header' | 'body';
}

/** Limits of one account of the provider, and the reply headers that say what is left of them. */
export interface ProviderLimits {
	/** How many calls we make in any sixty seconds: a little less than allowed, others use the account too. */
	perMinute: number;
	concurrent: number;
	/** The day's limits of the provider's plans, ascending; which one holds shows in what remains. */
	perDay: readonly number[];
	/** The part of the day's limit that is left to others, 0 to 1. */
	dayReserve: number;
	minuteRemainingHeader: string;
	dayRemainingHeader: string;
}

/** What a message can say about the call that went wrong. */
export interface CallPlace {
	provider: string;
	/** What was asked for, in words: "the profit and loss report". */
	what: string;
	/** The account's name, or words for the connection as a whole. */
	account: string;
	scope?: string;
	status: number;
	/** The provider's own words, where it has any. */
	detail: string;
}

/**
 * What a reply means. `retry` tries again after a backoff, `wait` after the time that the reply asks for, `refresh`
 * with a new token, once; where that has not helped, and with `fail` at once, it is a failure of the class.
 */
export interface ResponseRule {
	status: readonly [from: number, through: number];
	path?: RegExp;
	body?: RegExp;
	header?: { name: string; matches: RegExp };
	action: 'retry' | 'wait' | 'refresh' | 'fail';
	class: FailureClass;
	message(place: CallPlace): string;
	/** For `rate_limited`: how long to stay away where the reply does not say, in milliseconds. */
	restMs?: number;
}

/** An account as the list of accounts names it. */
export interface AccountReference {
	id: string;
	name: string;
}

export interface ApiRequest {
	path: string;
	query?: Readonly<Record<string, string>>;
	account?: AccountReference;
	what: string;
	/** The scope that the call needs, for the message where it is missing. */
	scope?: string;
	/** Whether a reply is what was asked for. A 200 that is something else is tried again like an outage. */
	accept(json: unknown): boolean;
}

/** The provider's API as definitions and reading strategies see it: limits, retries and tokens are taken care of. */
export interface ProviderApi {
	/** @throws ReadFailure where the answer cannot be had */
	get(request: ApiRequest): Promise<unknown>;
}

/** How the accounts behind a token are found: the small code that no declaration can express. */
export interface AccountDiscovery {
	/** @param accessToken for its claims; undefined where it cannot be had */
	list(
		api: ProviderApi,
		accessToken: string | undefined,
	): Promise<{ accounts: AccountReference[]; warnings: string[] }>;
	describe(api: ProviderApi, reference: AccountReference): Promise<{ account: Account; warnings: string[] }>;
}

/** A stream names its reading strategy, which fixes what else it must say. */
export type StreamDefinition = CalendarMonthsStream;

/** One record per calendar month of the account's time zone, composed of several replies. */
export interface CalendarMonthsStream {
	reading: 'calendarMonths';
	key: string;
	/** What of the integration's metadata changes the figures; after a change all months are read again. */
	variant(metadata: Record<string, unknown>): string;
	/** The record's own properties, before those of its parts. */
	head(month: CalendarMonth, variant: string): Record<string, unknown>;
	parts: readonly MonthPart[];
}

/** One call per month, whose whole reply becomes the property `name` of the record. */
export interface MonthPart {
	name: string;
	what: string;
	path: string;
	scope?: string;
	query(month: CalendarMonth, variant: string): Record<string, string>;
	accept(json: unknown): boolean;
}
