/** The business entity that a row is about. */
export interface LoadClient {
	/** The provider's own id: the client's `client_id` becomes `<provider>:<externalId>`. */
	externalId: string;
	/** Null if unknown: a stored name is kept, and a new client is named by its id. */
	clientName: string | null;
	industry: string | null;
	/** The exact `client_id`, if known; then `externalId` is ignored. */
	clientId?: string;
}

/** The stream and account that a row, rejection or state comes from; the provider is the run's. */
export interface LoadOrigin {
	stream: string;
	accountId: string;
}

/** A row for one of the data tables; its properties are the columns in camel case. ROW messages have this shape. */
export interface LoadRow extends LoadOrigin {
	recordId: string;
	table: string;
	client: LoadClient;
	row: Record<string, unknown>;
}

/**
 * A deletion at the provider: of a lead in `lead_events` (`leadId`, `deletedAt`), of a row in `custom_metrics` (`client`,
 * `metricName`, `recordDate`), or of all rows of a metric but one (`keptDate`, null for none). With `keptValue` (and
 * `keptMetadata`) a row of another day moves to `keptDate` if that day has none. DELETED messages have this shape; invalid
 * ones end as rejections.
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

/** Why a row or record was rejected: a code for programs, the property, and a message for people. */
export interface LoadRejection {
	code: string;
	path: string;
	message: string;
	/** Details for programs, a JSON object. Omitted if it cannot be stored. */
	detail?: Record<string, unknown>;
}

/** A record that is kept with the reason why it is in no table. REJECTED messages have this shape. */
export interface LoadRejected extends LoadOrigin {
	recordId: string;
	/** `extract`: the provider did not return the record, so there is none to keep. */
	stage: 'extract' | 'transform' | 'load';
	reason: LoadRejection;
	record: unknown;
}

/** How far a stream has been read once the rows before it are stored. STATE messages have nearly this shape. */
export interface LoadState extends LoadOrigin {
	/** Null if only the counts are to be stored. */
	state: Record<string, unknown> | null;
	counts: Record<string, unknown>;
	/** The account's open leads without activity since this UTC instant (ISO 8601) become stale. */
	ageing?: { staleBefore: string };
	/** Records that the provider had not returned before and has now answered for. */
	settled?: readonly string[];
	/** Records that were read and give no row. */
	withoutRows?: readonly string[];
	/** The number of rows and deletions of its stream and account since its last state, in this chunk and earlier ones. */
	rowsArrived: number;
}

/** The run that a chunk is stored for, as the database has it. Whatever is stored takes these values from here. */
export interface LoadRun {
	tenantId: string;
	syncRunId: string;
	integrationId: string | null;
	provider: string;
	/** The execution that holds the run, as in `RunHolder`. */
	executionId: string | null;
}
