import type { Account } from './account';

/** Where a message comes from. Every message carries it, so that each node can tell whose data it handles. */
export interface Envelope {
	tenantId: string;
	integrationId: string | null;
	syncRunId: string | null;
	provider: string;
	stream: string;
	accountId: string;
}

/** How many records of a stream met which fate: `extracted = normalised + skipped + rejected + filtered`. */
export interface RecordCounts {
	extracted: number;
	normalised: number;
	skipped: number;
	rejected: number;
	filtered: number;
}

/**
 * How many rows met which fate:
 * `produced = inserted + updated + unchanged + superseded + deduplicated + rejected`.
 */
export interface RowCounts {
	produced: number;
	inserted: number;
	updated: number;
	unchanged: number;
	superseded: number;
	deduplicated: number;
	rejected: number;
}

/** What a STATE carries: each node adds the counts it knows. */
export type StateCounts = Partial<RecordCounts> & { rows?: Partial<RowCounts> };

/** A raw record, as the provider sent it. */
export interface RecordMessage extends Envelope {
	type: 'RECORD';
	recordId: string;
	account: Account;
	fetchedAt: string;
	record: Record<string, unknown>;
}

/** How far a stream of an account has been read; it follows the records that it covers. */
export interface StateMessage extends Envelope {
	type: 'STATE';
	/** Null where what is stored stays: a backfill and a replay move nothing. */
	state: Record<string, unknown> | null;
	hasMore: boolean;
	counts: StateCounts;
	/** What a person should know although nothing failed. */
	warnings?: string[];
	/** Records that could not be read before and have been answered for: their rejections of stage `extract` are closed. */
	settled?: string[];
	/** Records that were read and give no row: whatever they were rejected for before is closed. */
	withoutRows?: string[];
	/** How a file was read: its kind, encoding, sheets. */
	notes?: string[];
	/** The account or the stream is switched off, or not allowed and optional: it neither succeeded nor failed. */
	switchedOff?: true;
	/** Nothing of the run comes after it, and no sync stands behind it: whoever stores it may close the run. */
	endsRun?: true;
	/** The stream's leads that are open and were last touched before this instant are to be marked stale. */
	ageing?: { staleBefore: string };
}

/** The business entity that a row is about, as its provider knows it. */
export interface ClientReference {
	externalId: string;
	/** The exact `client_id` of `client_kpis`, where it is known: then `externalId` is not looked up. */
	clientId?: string;
	/** Null where it is not known now: the name that is stored stays. */
	clientName: string | null;
	industry: string | null;
}

/** A canonical row of one of the data tables; its properties are the table's columns in camel case. */
export interface RowMessage extends Envelope {
	type: 'ROW';
	recordId: string;
	table: string;
	client: ClientReference;
	row: Record<string, unknown>;
}

/** Why a record could not be used: a code for machines, a path into the record, words for people. */
export interface RejectionReason {
	code: string;
	path: string;
	message: string;
	/** What a program needs of it, such as the rate that is missing: it is never read out of the message. */
	detail?: Record<string, unknown>;
}

/** Stands in the place of the rows that its record would have given. */
export interface RejectedMessage extends Envelope {
	type: 'REJECTED';
	recordId: string;
	/** `extract`: the provider did not give it, so there is no record. */
	stage: RejectionStage;
	reason: RejectionReason;
	record: unknown;
}

export type RejectionStage = 'extract' | 'transform' | 'load';

export const FAILURE_CLASSES = [
	'reconnect_required',
	'not_permitted',
	'account_gone',
	'account_conflict',
	'needs_choice',
	'rate_limited',
	'provider_unavailable',
	'bad_request',
	'configuration',
	'database_unavailable',
	'run_lost',
	'internal',
] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** A deal that is gone at the provider, or a derived metric that has no value any more. */
export type DeletedMessage = Envelope & { type: 'DELETED'; recordId: string } & Deletion;

/** What is to be marked or taken out. It counts as the row that it changed. */
export type Deletion =
	| {
			/** Its latest entry gets the status `deleted` and `metadata.deletedAt`; its value stays. */
			table: 'lead_events';
			leadId: string;
			/** A UTC instant, ISO 8601. */
			deletedAt: string;
	  }
	| {
			/** The row of this key goes. */
			table: 'custom_metrics';
			client: ClientReference;
			metricName: string;
			/** A UTC instant, ISO 8601. */
			recordDate: string;
	  }
	| {
			/** Every row of a metric that the client has once at most goes, but the one of a day. */
			table: 'custom_metrics';
			client: ClientReference;
			metricName: string;
			/** A UTC instant, ISO 8601; null where none stays. */
			keptDate: string | null;
			/**
			 * What it is worth on that day, where no ROW says so since the day is not computed again: a row that stands on
			 * another day moves there, and where there is none nothing is made up.
			 */
			keptValue?: string;
			keptMetadata?: Record<string, unknown>;
	  };

/** An integration, account or stream that could not be read or loaded; what came before it stays good. */
export interface FailureMessage extends Envelope {
	type: 'FAILURE';
	failure: { class: FailureClass; message: string; retryAt?: string };
}

export type Message =
	| RecordMessage
	| StateMessage
	| RowMessage
	| DeletedMessage
	| RejectedMessage
	| FailureMessage;

const TYPES: ReadonlySet<unknown> = new Set(['RECORD', 'STATE', 'ROW', 'DELETED', 'REJECTED', 'FAILURE']);

/**
 * An item's json as the message that its type says. Whether it is one of this execution's, its run decides: ask `OwnRuns`
 * before anything else of it is believed.
 */
export function parseMessage(json: object): Message | undefined {
	return TYPES.has((json as Partial<Message>).type) ? (json as Message) : undefined;
}
