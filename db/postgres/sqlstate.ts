/**
 * How to handle a database error:
 * - `row`: the row's own values are invalid; it would be rejected again, the others of its chunk may succeed
 * - `conflict`: two transactions collided; the same work may succeed a moment later
 * - `lock`: another session holds a lock; the statement has already waited for it, so there is only one more attempt
 * - `outage`: the server is unavailable; the same work may succeed over a new connection
 * - `later`: nothing is lost, but an immediate retry does not help
 * - `person`: settings, rights or schema need fixing
 */
type Call = 'row' | 'conflict' | 'lock' | 'outage' | 'later' | 'person';

/** What a SQLSTATE means: `code` for programs (a rejected record's reason code), the texts for people. */
export interface SqlstateMeaning {
	code: string;
	message: string;
	/** What to do about it. */
	hint?: string;
}

type Entry = [call: Call, code: string, message: string, hint?: string];

/** Message and hint for a database that was never migrated. */
export const NO_SCHEMA = 'The database has no Zixly schema yet.';
export const MIGRATE = 'Run the workflow "Zixly Setup" once (or zixly migrate).';
const LATER = 'The next run tries again. If it persists, check the database server.';

/** By SQLSTATE, or by its first two characters for the whole class. The only such list. */
const MEANINGS: Record<string, Entry> = {
	'21000': ['row', 'duplicate_in_batch', 'The same key occurs twice in one batch.'],
	'22001': ['row', 'text_too_long', 'A text is longer than its column allows.'],
	'22003': ['row', 'numeric_out_of_range', 'A number does not fit its column.'],
	'22007': ['row', 'invalid_datetime', 'PostgreSQL cannot read a date or time.'],
	'22008': ['row', 'datetime_out_of_range', "A date or time is outside PostgreSQL's range."],
	'22021': ['row', 'invalid_text', 'A text contains characters that PostgreSQL cannot store.'],
	'22023': ['row', 'invalid_value', 'A value is not allowed in its place.'],
	'22030': ['row', 'duplicate_json_key', 'A JSON object contains the same key twice.'],
	'22032': ['row', 'invalid_json', 'A JSON value cannot be read.'],
	'22P02': ['row', 'invalid_text_representation', 'A value does not have the type of its column.'],
	'22P05': ['row', 'untranslatable_character', 'A text contains a character that PostgreSQL cannot store.'],
	'22': ['row', 'invalid_data', 'PostgreSQL did not accept a value of the row.'],
	'23502': ['row', 'not_null_violation', 'A value is missing where the column needs one.'],
	'23503': ['row', 'foreign_key_violation', 'The row points to another row that does not exist.'],
	'23505': ['row', 'unique_violation', 'Another row has the same key.'],
	'23514': ['row', 'check_violation', 'The values of the row violate a check of the table.'],
	'23': ['row', 'constraint_violation', 'The row violates a constraint of the table.'],
	'54000': ['row', 'program_limit_exceeded', 'A value is too large for PostgreSQL or for an index.'],
	'54001': ['row', 'nested_too_deep', 'A JSON value is nested too deeply for PostgreSQL.'],

	'40001': ['conflict', 'serialization_failure', 'Another transaction changed the same rows.'],
	'40P01': ['conflict', 'deadlock_detected', 'Two transactions waited for each other.'],
	'55P03': [
		'lock',
		'lock_not_available',
		'Another session held a lock on these rows for too long.',
		'Nothing was stored; a later run tries again. If it persists, find a session that is idle in a transaction in pg_stat_activity and end it.',
	],

	'08': ['outage', 'connection_lost', 'The connection to the database was lost.', LATER],
	'25006': [
		'outage',
		'read_only',
		'The database accepts no writes.',
		'It is a standby, as after a failover, or default_transaction_read_only is on, which some hosts set when the disk is nearly full. Connect to the primary, or free disk space and switch the setting off.',
	],
	'25P03': [
		'outage',
		'idle_in_transaction',
		'The server ended a transaction that was idle for too long.',
		LATER,
	],
	'25P04': ['outage', 'transaction_timeout', 'The server ended a transaction that took too long.', LATER],
	'53300': [
		'outage',
		'too_many_connections',
		'The database has no free connection.',
		'Lower Max Connections in the Zixly Postgres credential, or raise max_connections on the server.',
	],
	'57P01': [
		'outage',
		'admin_shutdown',
		'The server is shutting down, or an administrator ended the connection.',
		LATER,
	],
	'57P02': ['outage', 'crash_shutdown', 'The server is recovering from a crash.', LATER],
	'57P03': ['outage', 'cannot_connect_now', 'The server is starting up.', LATER],
	'57P05': ['outage', 'idle_session_timeout', 'The server closed an idle connection.', LATER],

	'53100': [
		'later',
		'disk_full',
		'The disk of the database server is full.',
		'Nothing is lost. Free disk space on the server; the next run continues from there.',
	],
	'53200': [
		'later',
		'out_of_memory',
		'The database server is out of memory.',
		'Nothing is lost. Give the server more memory, or lower Chunk Size in Zixly Postgres Upsert.',
	],
	'53': ['later', 'insufficient_resources', 'The database server has run out of a resource.', LATER],
	'57014': [
		'later',
		'statement_cancelled',
		'The database cancelled a statement.',
		'An administrator cancelled it, or it reached a time limit. Nothing is lost: the next run tries again.',
	],
	'58': ['later', 'system_error', 'The database server had a disk or operating system error.', LATER],

	'28000': [
		'person',
		'login_rejected',
		'The database rejected this login.',
		'Check the user, and whether the server asks for TLS (in n8n: the Zixly Postgres credential).',
	],
	'28P01': [
		'person',
		'wrong_password',
		'The password of the database login is wrong.',
		'Check user and password (in n8n: the Zixly Postgres credential).',
	],
	'3D000': [
		'person',
		'no_such_database',
		'The database does not exist on this server.',
		'Check the name of the database (in n8n: the Zixly Postgres credential), or create it first.',
	],
	'42501': [
		'person',
		'not_permitted',
		'This login lacks a right in the database.',
		'Grant it the role zixly_worker (as an administrator: GRANT zixly_worker TO "<the login>"), or use the login that migrated the schema.',
	],
	'3F000': ['person', 'schema_missing', NO_SCHEMA, MIGRATE],
	'42703': ['person', 'column_missing', 'The database lacks a column of this version.', MIGRATE],
	'42704': ['person', 'schema_missing', NO_SCHEMA, MIGRATE],
	'42883': ['person', 'function_missing', 'The database lacks a function of this version.', MIGRATE],
	'42P01': ['person', 'table_missing', NO_SCHEMA, MIGRATE],
};

/** Network errors by Node's code. */
const NETWORK: Record<string, string> = {
	ECONNREFUSED: 'The connection was refused. Check host and port, and that PostgreSQL is running.',
	ECONNRESET: 'The connection was cut. Check the network between here and the server, and TLS.',
	EPIPE: 'The connection was cut. Check the network between here and the server.',
	ENOTFOUND: 'The host was not found. Check its name, or the name server if it worked before.',
	EAI_AGAIN: 'The name server does not answer. Check the network.',
	ETIMEDOUT: 'The host does not answer. Check the address and the firewall.',
	EHOSTUNREACH: 'The host is unreachable. Check the address and the network.',
	ENETUNREACH: 'The network is unreachable. Check the address and the network.',
};

/** `pg` gives these errors no code, so its messages are matched. */
const LOST_WORDS =
	/Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|connection is not queryable|Client was closed/i;

const ATTEMPTS: Record<Call, number> = { row: 1, conflict: 5, lock: 2, outage: 8, later: 1, person: 1 };
/** Few, since each of these attempts has waited ten seconds. */
const TIMED_OUT_ATTEMPTS = 3;

/** The meaning of a SQLSTATE such as `22003`; `database_error` for an unlisted one. */
export function getMeaning(sqlstate: string): SqlstateMeaning {
	const entry = findEntry(sqlstate);
	if (!entry) {
		const message = `PostgreSQL did not carry out the statement (SQLSTATE ${sqlstate}).`;
		return { code: 'database_error', message };
	}
	const [, code, message, hint] = entry;
	return { code, message, ...(hint && { hint }) };
}

/** Message and hint for an error of the server or the network; undefined for an error that explains itself. */
export function describeDatabaseError(error: unknown): { message: string; hint: string } | undefined {
	const network = NETWORK[getErrorCode(error) ?? ''];
	if (network) return { message: 'The database does not answer.', hint: network };
	const meaning = getMeaning(getSqlstate(error) ?? '');
	return meaning.hint ? { message: meaning.message, hint: meaning.hint } : undefined;
}

/** The SQLSTATE of an error from the server, else undefined. */
export function getSqlstate(error: unknown): string | undefined {
	const code = getErrorCode(error);
	return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !(code in NETWORK) ? code : undefined;
}

/** How many attempts are worthwhile against this error, including the first. */
export function attemptsAgainst(error: unknown): number {
	if (getErrorCode(error) === 'ETIMEDOUT' || /timeout exceeded/.test(getErrorMessage(error)))
		return TIMED_OUT_ATTEMPTS;
	const call = chooseCall(error);
	return call ? ATTEMPTS[call] : 1;
}

/** Whether an immediate retry may succeed: conflicts, restarts and lost connections. */
export function isRetryable(error: unknown): boolean {
	return attemptsAgainst(error) > 1;
}

/** Whether the cause is the database itself: a later run succeeds without any change to the sync. */
export function isUnavailable(error: unknown): boolean {
	return isRetryable(error) || chooseCall(error) === 'later';
}

/** Whether the server rejected a row's own values, so that the rest of its chunk may succeed. */
export function isDataError(error: unknown): boolean {
	return chooseCall(error) === 'row';
}

/** Whether another session holds a lock and the transaction's lock timeout has passed. */
export function isLocked(error: unknown): boolean {
	return chooseCall(error) === 'lock';
}

/** Whether the server accepts no writes: a standby after a failover, or a server set to read-only. */
export function isOtherServer(error: unknown): boolean {
	return getSqlstate(error) === '25006';
}

/** Whether the login lacks a right. */
export function isInsufficientPrivilege(error: unknown): boolean {
	return getSqlstate(error) === '42501';
}

function chooseCall(error: unknown): Call | undefined {
	const code = getErrorCode(error);
	if (code !== undefined && code in NETWORK) return 'outage';
	const state = getSqlstate(error);
	if (state !== undefined) return findEntry(state)?.[0];
	return LOST_WORDS.test(getErrorMessage(error)) ? 'outage' : undefined;
}

const findEntry = (state: string): Entry | undefined => MEANINGS[state] ?? MEANINGS[state.slice(0, 2)];

const getErrorMessage = (error: unknown): string => (error instanceof Error ? error.message : '');

/** A host name with several addresses fails with one error per address. */
function getErrorCode(error: unknown): string | undefined {
	const { code, errors } = (error ?? {}) as { code?: unknown; errors?: Array<{ code?: unknown }> };
	const own = code ?? errors?.[0]?.code;
	return typeof own === 'string' ? own : undefined;
}
