/** What a SQLSTATE means: a word for machines (a rejected record's reason code) and a sentence for people. */
export interface SqlstateMeaning {
	code: string;
	message: string;
}

/** The row's own fault: the same row would be refused again, the others of its chunk may pass. */
const ROW_FAULTS: Record<string, SqlstateMeaning> = {
	'21000': { code: 'duplicate_in_batch', message: 'The same key stands twice in one batch.' },
	'22001': { code: 'text_too_long', message: 'A text is longer than its column allows.' },
	'22003': { code: 'numeric_out_of_range', message: 'A number does not fit its column.' },
	'22007': { code: 'invalid_datetime', message: 'A date or time is not in a form that PostgreSQL reads.' },
	'22008': { code: 'datetime_out_of_range', message: 'A date or time lies outside the range of PostgreSQL.' },
	'22021': { code: 'invalid_text', message: 'A text holds characters that PostgreSQL cannot store.' },
	'22023': { code: 'invalid_value', message: 'A value is not allowed in its place.' },
	'22030': { code: 'duplicate_json_key', message: 'A JSON object holds the same key twice.' },
	'22032': { code: 'invalid_json', message: 'A JSON value cannot be read.' },
	'22P02': { code: 'invalid_text_representation', message: 'A value does not have the type of its column.' },
	'22P05': {
		code: 'untranslatable_character',
		message: 'A text holds a character that PostgreSQL cannot store.',
	},
	'23502': { code: 'not_null_violation', message: 'A value is missing where the column needs one.' },
	'23503': { code: 'foreign_key_violation', message: 'The row points to another row that does not exist.' },
	'23505': { code: 'unique_violation', message: 'Another row has the same key.' },
	'23514': { code: 'check_violation', message: 'The values of the row contradict a rule of the table.' },
	'54001': { code: 'nested_too_deep', message: 'A JSON value is nested too deep for PostgreSQL.' },
	'54000': {
		code: 'program_limit_exceeded',
		message: 'A value is too large for PostgreSQL or for an index.',
	},
};

const ROW_FAULT_CLASSES: Record<string, SqlstateMeaning> = {
	'22': { code: 'invalid_data', message: 'PostgreSQL refused a value of the row.' },
	'23': { code: 'constraint_violation', message: 'The row breaks a rule of the table.' },
};

/** Passes by itself: the same statement may well succeed a moment later. */
const PASSING: Record<string, SqlstateMeaning> = {
	'40001': { code: 'serialization_failure', message: 'Another transaction changed the same rows.' },
	'40P01': { code: 'deadlock_detected', message: 'Two transactions waited for each other.' },
	'53300': { code: 'too_many_connections', message: 'The server has no connection left.' },
	'55P03': { code: 'lock_not_available', message: 'Another transaction holds the row too long.' },
	'57P01': {
		code: 'admin_shutdown',
		message: 'The server is shutting down or an administrator cut the connection.',
	},
	'57P02': { code: 'crash_shutdown', message: 'The server is recovering from a crash.' },
	'57P03': { code: 'cannot_connect_now', message: 'The server is starting up.' },
	'57P05': { code: 'idle_session_timeout', message: 'The server closed an idle connection.' },
	'25P03': {
		code: 'idle_in_transaction',
		message: 'The server ended a transaction that stood idle too long.',
	},
};

const PASSING_CLASSES: Record<string, SqlstateMeaning> = {
	'08': { code: 'connection_lost', message: 'The connection to the database was lost.' },
};

/** Needs a person or a larger machine: repeating it at once helps nobody. */
const STANDING: Record<string, SqlstateMeaning> = {
	'28000': { code: 'login_refused', message: 'The server refuses this login.' },
	'28P01': { code: 'wrong_password', message: 'The password of the database login is wrong.' },
	'3D000': { code: 'no_such_database', message: 'The database does not exist.' },
	'3F000': { code: 'schema_missing', message: 'The schema is missing. Run the migrations first.' },
	'42501': {
		code: 'not_permitted',
		message: 'The row does not belong to the tenant, or the login lacks a right.',
	},
	'42703': { code: 'column_missing', message: 'A column is missing. Run the migrations first.' },
	'42883': { code: 'function_missing', message: 'A function is missing. Run the migrations first.' },
	'42P01': { code: 'table_missing', message: 'A table is missing. Run the migrations first.' },
	'53100': { code: 'disk_full', message: "The server's disk is full." },
	'53200': { code: 'out_of_memory', message: 'The server is out of memory.' },
	'57014': {
		code: 'statement_cancelled',
		message: 'The statement was cancelled or took longer than allowed.',
	},
};

const BY_STATE = { ...ROW_FAULTS, ...PASSING, ...STANDING };
const BY_CLASS = { ...ROW_FAULT_CLASSES, ...PASSING_CLASSES };

/** Errors of the network, by the code that Node gives them. */
const LOST = new Set([
	'ECONNREFUSED',
	'ECONNRESET',
	'EPIPE',
	'ETIMEDOUT',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'EAI_AGAIN',
]);

/** `pg` has no code for these; the words are its own. */
const LOST_WORDS =
	/Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|connection is not queryable/i;

/** The meaning of a SQLSTATE such as `22003`; of a code without one, `database_error`. */
export function meaningOf(sqlstate: string): SqlstateMeaning {
	return (
		BY_STATE[sqlstate] ??
		BY_CLASS[sqlstate.slice(0, 2)] ?? {
			code: 'database_error',
			message: `PostgreSQL refused the statement (SQLSTATE ${sqlstate}).`,
		}
	);
}

/** The SQLSTATE of an error that came from the server, else undefined. */
export function sqlstateOf(error: unknown): string | undefined {
	const code = codeOf(error);
	return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !LOST.has(code) ? code : undefined;
}

/** Whether the same work may succeed when it is simply done again: conflicts, restarts and lost connections. */
export function isRetryable(error: unknown): boolean {
	const code = codeOf(error);
	if (code !== undefined && LOST.has(code)) return true;
	const state = sqlstateOf(error);
	if (state !== undefined) return state in PASSING || state.slice(0, 2) in PASSING_CLASSES;
	return error instanceof Error && LOST_WORDS.test(error.message);
}

/** Whether the server takes no writes: a standby after a failover, or one that was set to read-only. */
export function isOtherServer(error: unknown): boolean {
	return sqlstateOf(error) === '25006';
}

/** Whether a row's own values are what the server refused, so that the rest of its chunk may pass. */
export function isRowFault(error: unknown): boolean {
	const state = sqlstateOf(error);
	return state !== undefined && (state in ROW_FAULTS || state.slice(0, 2) in ROW_FAULT_CLASSES);
}

function codeOf(error: unknown): string | undefined {
	const code = (error as { code?: unknown } | null | undefined)?.code;
	return typeof code === 'string' ? code : undefined;
}

/** Whether the login lacks a right. */
export function isInsufficientPrivilege(error: unknown): boolean {
	return (error as { code?: string }).code === '42501';
}
