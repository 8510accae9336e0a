import type { Account } from './account';
import type { FailureClass } from './failure-classes';

/** Where a message comes from. Every message carries it, so that each node knows whose data it handles. */
export interface Envelope {
	tenantId: string;
	integrationId: string | null;
	syncRunId: string | null;
	provider: string;
	stream: string;
	accountId: string;
}

/** A stream's records by outcome: `extracted = normalised + skipped + rejected + filtered`. */
export interface RecordCounts {
	extracted: number;
	normalised: number;
	skipped: number;
	rejected: number;
	filtered: number;
}

/** Rows by outcome: `produced = inserted + updated + unchanged + superseded + deduplicated + rejected`. */
export interface RowCounts {
	produced: number;
	inserted: number;
	updated: number;
	unchanged: number;
	superseded: number;
	deduplicated: number;
	rejected: number;
}

/** The counts in a STATE: each node adds those that it knows. */
type StateCounts = Partial<RecordCounts> & { rows?: Partial<RowCounts> };

/** A raw record, as the provider sent it. */
export interface RecordMessage extends Envelope {
	type: 'RECORD';
	recordId: string;
	account: Account;
	fetchedAt: string;
	record: Record<string, unknown>;
}

/** How far a stream of an account was read; sent after the records that it covers. */
export interface StateMessage extends Envelope {
	type: 'STATE';
	/** Null if the stored state is to be kept: a backfill or replay does not change it. */
	state: Record<string, unknown> | null;
	hasMore: boolean;
	counts: StateCounts;
	/** What a person should know although nothing failed. */
	warnings?: string[];
	/** Records that could not be read before and now could: their rejections of stage `extract` are closed. */
	settled?: string[];
	/** Records that were read and give no row: their earlier rejections are closed. */
	withoutRows?: string[];
	/** How a file was read: its type, encoding and sheets. */
	notes?: string[];
	/** The account or stream is switched off, or optional and not allowed: it neither succeeded nor failed. */
	switchedOff?: true;
	/** The last message of a run that is not a sync: the node that stores it may close the run. */
	endsRun?: true;
	/** Mark the stream's open leads stale if they were last touched before this instant. */
	ageing?: { staleBefore: string };
}

/** The business entity that a row is about, as its provider knows it. */
export interface ClientReference {
	externalId: string;
	/** The exact `client_id` in `client_kpis`, if known: then `externalId` is not looked up. */
	clientId?: string;
	/** Null if not known now: the stored name is kept. */
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

/** Why a record was rejected: a code for programs, a path in the record, a text for people. */
export interface RejectionReason {
	code: string;
	path: string;
	message: string;
	/** Details for programs, such as the missing rate; never parse them out of the message. */
	detail?: Record<string, unknown>;
}

/** Takes the place of the rows that the record would have given. */
export interface RejectedMessage extends Envelope {
	type: 'REJECTED';
	recordId: string;
	/** `extract`: the provider did not return it, so there is no record. */
	stage: RejectionStage;
	reason: RejectionReason;
	record: unknown;
}

type RejectionStage = 'extract' | 'transform' | 'load';

/** A deal that was deleted at the provider, or a derived metric that no longer has a value. */
export type DeletedMessage = Envelope & { type: 'DELETED'; recordId: string } & Deletion;

/** What to mark or delete. It counts as the row that it changes. */
export type Deletion =
	| {
			/** Its latest entry gets the status `deleted` and `metadata.deletedAt`; its value is kept. */
			table: 'lead_events';
			leadId: string;
			/** A UTC instant, ISO 8601. */
			deletedAt: string;
	  }
	| {
			/** Deletes the row with this key. */
			table: 'custom_metrics';
			client: ClientReference;
			metricName: string;
			/** A UTC instant, ISO 8601. */
			recordDate: string;
	  }
	| {
			/** Of a metric that a client has at most once, deletes every row except the one of a day. */
			table: 'custom_metrics';
			client: ClientReference;
			metricName: string;
			/** A UTC instant, ISO 8601; null if no row is kept. */
			keptDate: string | null;
			/**
			 * The value on that day if no ROW carries it, because the day is not recomputed. A row of another day is then moved
			 * to this day; if there is no row, none is created.
			 */
			keptValue?: string;
			keptMetadata?: Record<string, unknown>;
	  };

/** An integration, account or stream could not be read or loaded; earlier messages remain valid. */
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
 * An item's json as a message, by its type alone. Check with `OwnRuns` that it belongs to a run of this execution before
 * trusting anything else in it.
 */
export function parseMessage(json: object): Message | undefined {
	return TYPES.has((json as Partial<Message>).type) ? (json as Message) : undefined;
}
