/** The business entity that a row is about. */
export interface LoadClient {
	/** The provider's own id: the client's `client_id` becomes `<provider>:<externalId>`. */
	externalId: string;
	/** Null where it is not known: the stored name stays, and a new client is called by its id. */
	clientName: string | null;
	industry: string | null;
	/** Where it is known, the exact `client_id`; then `externalId` is not looked at. */
	clientId?: string;
}

/** Whose record a row, a rejection or a state came of; the provider is the run's. */
export interface LoadOrigin {
	stream: string;
	accountId: string;
}

/** A row for one of the data tables; its properties are the columns in camel case. A ROW message is one. */
export interface LoadRow extends LoadOrigin {
	recordId: string;
	table: string;
	client: LoadClient;
	row: Record<string, unknown>;
}

/**
 * What is gone at the provider: a lead of `lead_events` (`leadId`, `deletedAt`) or a row of `custom_metrics` (`client`,
 * `metricName`, `recordDate`), or all rows of a metric but one (`keptDate`, null for none). With
 * `keptValue` (and `keptMetadata`) a row of another day moves to that day where none is there. A DELETED message is one;
 * whatever is wrong with it ends as a rejection.
 */
export interface LoadDeletion extends LoadOrigin {
	recordId: string;
	table: string;
	leadId?: unknown;
	deletedAt?: unknown;
	client?: LoadClient;
	metricName?: unknown;
	recordDate?: unknown;
	keptDate?: unknown;
	keptValue?: unknown;
	keptMetadata?: unknown;
}

/** Why a row or record was refused: a code for machines, the place, words for people. */
export interface LoadRejection {
	code: string;
	path: string;
	message: string;
	/** What a program needs of it: a JSON object. One that cannot be stored is left out. */
	detail?: Record<string, unknown>;
}

/** A record that is to be kept with the reason why it is in no table. A REJECTED message is one. */
export interface LoadRejected extends LoadOrigin {
	recordId: string;
	/** `extract`: the provider did not give the record, so there is none to keep. */
	stage: 'extract' | 'transform' | 'load';
	reason: LoadRejection;
	record: unknown;
}

/** How far a stream was read once the rows before it are stored. A STATE message is nearly one. */
export interface LoadState extends LoadOrigin {
	/** Null where only the counts are meant. */
	state: Record<string, unknown> | null;
	counts: Record<string, unknown>;
	/** The account's open leads that were last touched before this UTC instant (ISO 8601) are stale. */
	ageing?: { staleBefore: string };
	/** Records that the provider did not give before and has answered for since. */
	settled?: readonly string[];
	/** Records that were read and give no row. */
	withoutRows?: readonly string[];
	/** How many rows and deletions of its stream and account came since its last state, in this chunk and in earlier ones. */
	rowsArrived: number;
}

/** A run to store for, as it stands in the database: whatever is stored for it takes all this from here. */
export interface LoadRun {
	tenantId: string;
	syncRunId: string;
	integrationId: string | null;
	provider: string;
	/** Whose it is, as in `RunHolder`. */
	executionId: string | null;
}
