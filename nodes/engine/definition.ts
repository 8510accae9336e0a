import type { FailureClass, RejectionReason } from '../shared/messages';
import type { AccountEntry, AccountFacts } from '../../db/accounts';
import type { Account } from '../shared/account';
import type { Day } from '../shared/dates';
import type { CallPlace, ReadFailure } from './failure';
import type { NamelessEntry } from './list-entries';
import type { CalendarMonth } from './months';
import type { UnreadableRecord } from './quarantine';

/** Everything the engine must know about a provider. Adding one is writing one of these, not a program. */
export interface ProviderDefinition {
	key: string;
	displayName: string;
	/** What the provider calls an account: "organisation", "portal", "company file". For messages. */
	accountWord: string;
	/** Where the provider says that it is out of order, as a host name. For messages. */
	statusPage?: string;
	/** The credential type that holds the application's id and secret and the addresses. */
	credential: string;
	/** Where a stored token may be sent; subdomains count too. */
	domains: readonly string[];
	apiBaseUrl: string;
	/**
	 * The property that holds the API's address where each customer has one of its own: of the token reply, and of
	 * the integration's metadata in camel case. The credential's own address, where a person changed it, goes before.
	 */
	apiBaseUrlIn?: { token: string; metadata: string };
	oauth: OAuthFacts;
	limits: ProviderLimits;
	/** Sent with every call of the API. */
	headers: Readonly<Record<string, string>> | ((application: Application) => Record<string, string>);
	/** The header that names the account of a call, where there is one. */
	accountHeader?: string;
	/** Properties of replies that never leave the engine, at whatever depth they stand. */
	redact: readonly string[];
	/** Headers that say how many seconds to wait, in order of preference; `retry-after` unless told. */
	waitHeaders?: readonly string[];
	/** In order, before those that hold for all: the first that fits a reply says what to do; a 2xx that none fits is accepted. */
	rules: readonly ResponseRule[];
	accounts: AccountDiscovery;
	streams: readonly StreamDefinition[];
}

/** The registered application, as the credential has it. */
export interface Application {
	clientId: string;
	clientSecret: string;
}

export interface OAuthFacts {
	accessTokenUrl: string;
	/** How the application proves itself at the token endpoint. */
	clientAuthentication: 'header' | 'body';
}

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
	/** Whether it concerns all calls alike, as a missing scope does: then no record is blamed for it. */
	ofEveryCall?: true;
	message(place: CallPlace): string;
	/** For `rate_limited`: how long to stay away where the reply does not say, in milliseconds. */
	restMs?: number;
	/** Where such a reply says how long to stay away; those of the provider unless told. */
	waitHeaders?: readonly string[];
	/** For `wait`: the first pause where the reply does not say, in milliseconds; it doubles. */
	pauseMs?: number;
}

/** An account as calls and messages name it. */
export interface AccountReference {
	id: string;
	name: string;
}

export interface ApiRequest {
	/** GET unless told. */
	method?: 'GET' | 'POST';
	/** Below the API's address. A link that a reply gave goes through `pathIn` first. */
	path: string;
	query?: Readonly<Record<string, string>>;
	/** Sent as JSON. */
	json?: unknown;
	/** Sent form-encoded. */
	form?: Readonly<Record<string, string>>;
	account?: AccountReference;
	what: string;
	/** The scope that the call needs, for the message where it is missing. */
	scope?: string;
	/** What it takes of the day's limit; 1 unless told. */
	cost?: number;
	/** The windows of this group count it too. */
	group?: string;
	/** Is not tried again after an outage: the same was tried several times, as part of a batch. */
	once?: boolean;
	/** Whether a reply is what was asked for. A 200 that is something else is tried again like an outage. */
	accept(json: unknown): boolean;
	/** Whether a refusal means that there is no such thing: then the call gives undefined. */
	absent?(reply: { status: number; body: string }): boolean;
}

/** The provider's API as definitions and reading strategies see it: limits, retries and tokens are taken care of. */
export interface ProviderApi {
	/**
	 * The reply's JSON; undefined where `absent` says so.
	 * @throws ReadFailure where the answer cannot be had
	 */
	call(request: ApiRequest): Promise<unknown>;
	/**
	 * A link out of a reply as path and query of a request.
	 * @throws ReadFailure where it leads to a host that is neither the API's own nor the provider's
	 */
	pathIn(link: string): Pick<ApiRequest, 'path' | 'query'>;
}

/** What finding the accounts may need besides the API. */
export interface DiscoveryContext {
	api: ProviderApi;
	/** The token that the latest call went out with, else the next one's; undefined where it cannot be had. */
	accessToken(): Promise<string | undefined>;
	application: Application;
	/** The integration's. */
	metadata: Readonly<Record<string, unknown>>;
	/** IANA: the integration's `timezone`, else the workflow's; for providers that state none. */
	timezone: string;
	/** The accounts that the connection reads already, for providers whose tokens cannot be asked. */
	chosen?: readonly AccountEntry[];
}

/** How the accounts behind a token are found: the small code that no declaration can express. */
export interface AccountDiscovery {
	/** What an account's id looks like, in lower case; what looks otherwise is no account. */
	id: { pattern: RegExp; example: string };
	list(context: DiscoveryContext): Promise<AccountListing>;
	/**
	 * What the provider says of an account, null where it does not. The id is the one that it answered for: where the
	 * token alone says whose records come, another one than was asked for must not be read.
	 */
	describe(
		context: DiscoveryContext,
		reference: KnownAccount,
	): Promise<{ account: AccountFacts; warnings: string[] }>;
}

export interface AccountListing {
	/** All that the token reaches, with their names where those are known. */
	accounts: readonly AccountEntry[];
	/**
	 * The ids of those that the provider itself names as this consent's. Null where it does not for this token: then
	 * nothing is read that nobody chose. Undefined where it never does, and a consent is for all that the token reaches.
	 */
	consent?: readonly string[] | null;
	warnings: string[];
}

/** An account that is to be read, with what is known of it from before. */
export interface KnownAccount extends AccountReference {
	timezone: string | null;
	currency: string | null;
}

/** A stream names its reading strategy, which fixes what else it must say. */
export type StreamDefinition = CalendarMonthsStream | ChangesStream;

interface AnyStream {
	key: string;
	/** Where plan or scope do not allow it, it is left out with a warning, and nothing failed. */
	optional?: boolean;
}

/** One record per calendar month of the account's time zone, composed of several replies. */
export interface CalendarMonthsStream extends AnyStream {
	reading: 'calendarMonths';
	/** What of the integration's metadata changes the figures; after a change all months are read again. */
	variant(metadata: Record<string, unknown>): string;
	/** The record's own properties, before those of its parts. */
	head(month: CalendarMonth, variant: string): Record<string, unknown>;
	parts: readonly MonthPart[];
	/**
	 * Reads once what all months need, and gives each month's share of it as more properties of its record;
	 * undefined for a month that has no record, such as one before the books begin.
	 */
	prepare?(context: StreamContext, months: readonly CalendarMonth[]): Promise<MonthShares>;
}

export type MonthShares = (month: CalendarMonth) => Record<string, unknown> | RejectedMonth | undefined;

/** A month of which what came cannot be used. */
export class RejectedMonth {
	constructor(readonly reason: RejectionReason) {}
}

/** One call per month, whose whole reply becomes the property `name` of the record. */
export interface MonthPart {
	name: string;
	what: string;
	path: string | ((account: Account) => string);
	scope?: string;
	query(month: CalendarMonth, variant: string): Record<string, string>;
	accept(json: unknown): boolean;
}

/** What the code of a stream is given. */
export interface StreamContext {
	api: ProviderApi;
	account: Account;
	/** The integration's. */
	metadata: Readonly<Record<string, unknown>>;
	/** When this reading began. */
	startedAt: Date;
	/** Only what was made or changed on these days of the account's time zone (both included): a backfill. */
	range?: { from: Day; to: Day };
	/** The first day that matters, where the operator said so: no record need be read that ended before it. */
	historyStart?: Day;
	/** How many calls may run at once. */
	concurrent: number;
	books: StreamBooks;
	/** What a person should know although nothing failed; said once at the end. */
	warn(text: string): void;
}

/** What is known already, in our own tables. */
export interface StreamBooks {
	/** The leads of the account that are marked deleted and were not long ago: they may have been restored. */
	deletedLeads(): Promise<string[]>;
	/** The leads of the account that are not: whoever is listed by the provider no longer may be gone. */
	liveLeads(): Promise<string[]>;
	/** What is known of stages that the provider has no more, from the leads that were in them. */
	knownStages(
		ids: readonly string[],
	): Promise<Array<{ id: string; label: string; metadata: Record<string, unknown> }>>;
	/** The records of a stream that could not be read, those that have waited longest first. */
	unreadableRecords(stream: string): Promise<UnreadableRecord[]>;
}

/**
 * Records that change one by one. Its passes are read in order; each gives pages of what is new or changed, and leaves
 * a small mark from which the next run goes on, also in the middle of a first read of hundreds of thousands.
 */
export interface ChangesStream extends AnyStream {
	reading: 'changes';
	/** Every reading gives all records, not only what has changed: one that gives none is worth a warning. */
	givesAll?: true;
	passes: readonly Pass[];
	/** How many items `compose` is given at once, at most. */
	batch: number;
	/** Reads once per reading what every record needs: pipelines, stages, fields. Given to `compose`. */
	prepare?(context: StreamContext): Promise<unknown>;
	/** Completes a batch of items to records; an item of which no record can be had is skipped with the reason. */
	compose(context: StreamContext, items: readonly ChangedItem[], prepared: unknown): Promise<Composed[]>;
	/**
	 * Finds a record for `compose` by its id, which comes from our own tables: one that could not be read before. Without
	 * it, such a record is read when a page names it. Undefined where the provider no longer has it.
	 */
	find?(context: StreamContext, recordId: string): Promise<ChangedItem | undefined>;
}

/** One way of finding what is new or changed, such as a list, a search, or the recycle bin. */
export interface Pass {
	name: string;
	/**
	 * Gives the pages from where the last reading stopped; none where the pass is not due.
	 * @param mark what the last page read of this pass left; undefined before the first
	 * @param marks those of all passes of the stream as they stand now, by name: one pass may wait for another
	 */
	pages(
		context: StreamContext,
		mark: Mark | undefined,
		marks: Readonly<Record<string, Mark | undefined>>,
	): AsyncGenerator<Page, void>;
}

/** Small: the marks of a stream are its state, at most 1 KB as JSON together. */
export type Mark = Record<string, string | number | boolean | null>;

export interface Page {
	items: ChangedItem[];
	/** Entries that no record can be asked for by: each is rejected under its place. */
	nameless?: readonly NamelessEntry[];
	/** Where to go on once this page is stored. */
	mark: Mark;
}

/** What a page says of a record. */
export interface ChangedItem {
	id: string;
	/** Tells copies of one record apart: a second one with the same version is not read again in the same reading. */
	version: string | null;
	/** What the page gave. */
	item: unknown;
}

/**
 * A record, or why there is none: it is `skipped` where it is gone and need not be asked for again, `rejected` where what
 * came of it cannot be used; `failure` is what the provider answered for it alone.
 */
export type Composed =
	| { recordId: string; record: Record<string, unknown> }
	| { recordId: string; skipped: string }
	| { recordId: string; rejected: RejectionReason }
	| { recordId: string; failure: ReadFailure };
