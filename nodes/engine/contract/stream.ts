import type { WaitingRecord } from '../../../db/runs/unreadable-records';
import type { Account } from '../../shared/account';
import type { Day } from '../../shared/dates';
import type { RejectionReason } from '../../shared/messages';
import type { CalendarMonth } from '../../shared/months';
import type { ProviderApi } from './api';
import type { ReadFailure } from './failure';

/** A record that could not be read although the provider answered for its neighbours. */
export type UnreadableRecord = Omit<WaitingRecord, 'isNameless'> & Partial<WaitingRecord>;

/** A stream names its reading strategy, which fixes what else it must say. */
export type StreamDefinition = CalendarMonthsStream | ChangesStream;

export interface AnyStream {
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
	base(month: CalendarMonth, variant: string): Record<string, unknown>;
	requests: readonly MonthPart[];
	/**
	 * Reads once what all months need, and gives each month's share of it as more properties of its record;
	 * undefined for a month that has no record, such as one before the books begin.
	 */
	prepare?(context: StreamContext, months: readonly CalendarMonth[]): Promise<MonthShares>;
}

/** One call per month, whose whole reply becomes the property `name` of the record. */
export interface MonthPart {
	name: string;
	description: string;
	path: string | ((account: Account) => string);
	scope?: string;
	query(month: CalendarMonth, variant: string): Record<string, string>;
	isValid(json: unknown): boolean;
}

/** A month of which what came cannot be used. */
export class RejectedMonth {
	constructor(readonly reason: RejectionReason) {}
}

export type MonthShares = (month: CalendarMonth) => Record<string, unknown> | RejectedMonth | undefined;

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
	store: StreamStore;
	/** What a person should know although nothing failed; said once at the end. */
	warn(text: string): void;
}

/** What is known already, in our own tables. */
export interface StreamStore {
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
	scans: readonly Scan[];
	/** How many items `compose` is given at once, at most. */
	batch: number;
	/** Reads once per reading what every record needs: pipelines, stages, fields. Given to `compose`. */
	prepare?(context: StreamContext): Promise<unknown>;
	/** Completes a batch of items to records; an item of which no record can be had is skipped with the reason. */
	hydrate(
		context: StreamContext,
		items: readonly ChangedItem[],
		prepared: unknown,
	): Promise<HydratedRecord[]>;
	/**
	 * Finds a record for `compose` by its id, which comes from our own tables: one that could not be read before. Without
	 * it, such a record is read when a page names it. Undefined where the provider no longer has it.
	 */
	find?(context: StreamContext, recordId: string): Promise<ChangedItem | undefined>;
}

/** One way of finding what is new or changed, such as a list, a search, or the recycle bin. */
export interface Scan {
	name: string;
	/**
	 * Gives the pages from where the last reading stopped; none where the pass is not due.
	 * @param cursor what the last page read of this pass left; undefined before the first
	 * @param cursors those of all passes of the stream as they stand now, by name: one pass may wait for another
	 */
	pages(
		context: StreamContext,
		cursor: Cursor | undefined,
		cursors: Readonly<Record<string, Cursor | undefined>>,
	): AsyncGenerator<Page, void>;
}

/** Small: the marks of a stream are its state, at most 1 KB as JSON together. */
export type Cursor = Record<string, string | number | boolean | null>;

export interface Page {
	items: ChangedItem[];
	/** Entries that no record can be asked for by: each is rejected under its place. */
	nameless?: readonly NamelessEntry[];
	/** Where to go on once this page is stored. */
	cursor: Cursor;
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
export type HydratedRecord =
	| { recordId: string; record: Record<string, unknown> }
	| { recordId: string; skipped: string }
	| { recordId: string; rejected: RejectionReason }
	| { recordId: string; failure: ReadFailure };
/** An entry of a list that no record can be asked for by. It is named by its place in the list. */
export interface NamelessEntry {
	recordId: string;
	rejected: RejectionReason;
}
