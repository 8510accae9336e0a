import type { WaitingRecord } from '../../../db/runs/unreadable-records';
import type { Account } from '../../shared/account';
import type { Day } from '../../shared/dates';
import type { RejectionReason } from '../../shared/messages';
import type { CalendarMonth } from '../../shared/months';
import type { ProviderApi } from './api';
import type { ReadFailure } from './failure';
import type { ScopeNeed } from './scopes';

/** A record that could not be read although the provider answered for others. */
export type UnreadableRecord = Omit<WaitingRecord, 'isNameless'> & Partial<WaitingRecord>;

/** A stream names its reading strategy, which determines its other properties. */
export type StreamDefinition = CalendarMonthsStream | ChangesStream;

interface AnyStream {
	key: string;
	/** The scopes that it needs besides those that every connection needs. Without them it is skipped. */
	scopes: readonly ScopeNeed[];
	/** If plan or scope do not allow it, it is skipped with a warning and does not count as failed. */
	optional?: boolean;
}

/** One record per calendar month in the account's time zone, assembled from several replies. */
export interface CalendarMonthsStream extends AnyStream {
	reading: 'calendarMonths';
	/** The settings in the integration's metadata that affect the figures. If they change, all months are read again. */
	variant(metadata: Record<string, unknown>): string;
	/** The first properties of the record, before those of its replies. */
	base(month: CalendarMonth, variant: string): Record<string, unknown>;
	requests: readonly MonthPart[];
	/**
	 * Reads once what all months need, and returns each month's data as further properties of its record; undefined for
	 * a month without a record, such as one before the account's first entry.
	 */
	prepare?(context: StreamContext, months: readonly CalendarMonth[]): Promise<MonthShares>;
}

/** One request per month, whose complete reply becomes the property `name` of the record. */
export interface MonthPart {
	name: string;
	description: string;
	path: string | ((account: Account) => string);
	scope?: string;
	query(month: CalendarMonth, variant: string): Record<string, string>;
	isValid(json: unknown): boolean;
}

/** A month whose data cannot be used. */
export class RejectedMonth {
	constructor(readonly reason: RejectionReason) {}
}

export type MonthShares = (month: CalendarMonth) => Record<string, unknown> | RejectedMonth | undefined;

/** What the code of a stream receives. */
export interface StreamContext {
	api: ProviderApi;
	account: Account;
	/** Of the integration. */
	metadata: Readonly<Record<string, unknown>>;
	/** When this read started. */
	startedAt: Date;
	/** For a backfill: only what was created or changed on these days (both included) in the account's time zone. */
	range?: { from: Day; to: Day };
	/** The first day of the history, if the operator set one: records that ended earlier need not be read. */
	historyStart?: Day;
	/** How many requests may run at once. */
	concurrent: number;
	store: StreamStore;
	/** Reports something a person should know although nothing failed; shown once at the end. */
	warn(text: string): void;
}

/** What our own tables already contain. */
export interface StreamStore {
	/** The account's leads that were recently marked deleted: they may have been restored. */
	deletedLeads(): Promise<string[]>;
	/** The account's leads that are not marked deleted: those that the provider no longer lists may be deleted. */
	liveLeads(): Promise<string[]>;
	/** What is known about stages that the provider no longer has, from the leads that were in them. */
	knownStages(
		ids: readonly string[],
	): Promise<Array<{ id: string; label: string; metadata: Record<string, unknown> }>>;
	/** The records of a stream that could not be read, longest waiting first. */
	unreadableRecords(stream: string): Promise<UnreadableRecord[]>;
}

/**
 * Records that change one by one. Its scans are read in order. Each yields pages of new or changed records and leaves a
 * small cursor from which the next run continues, even in the middle of a first read of hundreds of thousands.
 */
export interface ChangesStream extends AnyStream {
	reading: 'changes';
	/** Every read yields all records, not only changed ones: one that yields none causes a warning. */
	givesAll?: true;
	scans: readonly Scan[];
	/** The maximum number of items per call of `hydrate`. */
	batch: number;
	/** Reads once what every record needs, such as pipelines, stages and fields. Passed to `hydrate`. */
	prepare?(context: StreamContext): Promise<unknown>;
	/** Completes a batch of items to records. An item without a record is skipped with the reason. */
	hydrate(
		context: StreamContext,
		items: readonly ChangedItem[],
		prepared: unknown,
	): Promise<HydratedRecord[]>;
	/**
	 * Finds a record by id, for `hydrate`: one from our own tables that could not be read before. Without this function
	 * such a record is read when a page lists it. Undefined if the provider no longer has it.
	 */
	find?(context: StreamContext, recordId: string): Promise<ChangedItem | undefined>;
}

/** One way of finding what is new or changed, such as a list, a search, or the recycle bin. */
export interface Scan {
	name: string;
	/**
	 * Yields the pages from where the last read stopped; none if the scan is not due.
	 * @param cursor what the last page of this scan left; undefined before the first
	 * @param cursors the current cursors of all scans of the stream by name: one scan may depend on another
	 */
	pages(
		context: StreamContext,
		cursor: Cursor | undefined,
		cursors: Readonly<Record<string, Cursor | undefined>>,
	): AsyncGenerator<Page, void>;
}

/** Keep it small: all cursors of a stream are its state, at most 1 KB of JSON. */
export type Cursor = Record<string, string | number | boolean | null>;

export interface Page {
	items: ChangedItem[];
	/** Entries without a usable id: each is rejected under its position. */
	nameless?: readonly NamelessEntry[];
	/** Where to continue once this page is stored. */
	cursor: Cursor;
}

/** What a page says about a record. */
export interface ChangedItem {
	id: string;
	/** The same record with the same version is read only once per run. */
	version: string | null;
	/** The entry as the page contains it. */
	item: unknown;
}

/**
 * A record, or why there is none: `skipped` if it no longer exists and need not be requested again, `rejected` if its
 * data cannot be used, `failure` if the provider failed for this record alone.
 */
export type HydratedRecord =
	| { recordId: string; record: Record<string, unknown> }
	| { recordId: string; skipped: string }
	| { recordId: string; rejected: RejectionReason }
	| { recordId: string; failure: ReadFailure };

/** An entry of a list that has no usable id. It is named by its position in the list. */
export interface NamelessEntry {
	recordId: string;
	rejected: RejectionReason;
}
