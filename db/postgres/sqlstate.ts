/**
 * What an error of the database calls for:
 * - `row`: the row's own values are at fault; it would be rejected again, the others of its chunk may pass
 * - `conflict`: two transactions met; the same work may pass a moment later
 * - `lock`: somebody holds a lock; that was waited for already, so it is tried only once more
 * - `outage`: not this server, not now; the same work may pass over a fresh connection
 * - `later`: nothing is lost, but to repeat it at once helps nobody
 * - `person`: settings, rights or schema are not as they must be
 */
type Call = 'row' | 'conflict' | 'lock' | 'outage' | 'later' | 'person';

/** What a SQLSTATE means: a word for machines (a rejected record's reason code) and sentences for people. */
export interface SqlstateMeaning {
	code: string;
	message: string;
	/** What a person can do about it. */
	remedy?: string;
}

type Entry = [call: Call, code: string, message: string, remedy?: string];

const MIGRATE =
	'Run the migrations: the workflow "Zixly Setup", the Zixly Database node with Schema: Migrate, or zixly migrate.';
const LATER = 'The next run tries again; look at the database server if it lasts.';

/** By SQLSTATE, or by its first two characters for the whole class. The only list of what they mean. */
const MEANINGS: Record<string, Entry> = {
	'21000': ['row', 'duplicate_in_batch', 'The same key stands twice in one batch.'],
	'22001': ['row', 'text_too_long', 'A text is longer than its column allows.'],
	'22003': ['row', 'numeric_out_of_range', 'A number does not fit its column.'],
	'22007': ['row', 'invalid_datetime', 'A date or time is not in a form that PostgreSQL reads.'],
	'22008': ['row', 'datetime_out_of_range', 'A date or time lies outside the range of PostgreSQL.'],
	'22021': ['row', 'invalid_text', 'A text holds characters that PostgreSQL cannot store.'],
	'22023': ['row', 'invalid_value', 'A value is not allowed in its place.'],
	'22030': ['row', 'duplicate_json_key', 'A JSON object holds the same key twice.'],
	'22032': ['row', 'invalid_json', 'A JSON value cannot be read.'],
	'22P02': ['row', 'invalid_text_representation', 'A value does not have the type of its column.'],
	'22P05': ['row', 'untranslatable_character', 'A text holds a character that PostgreSQL cannot store.'],
	'22': ['row', 'invalid_data', 'PostgreSQL did not take a value of the row.'],
	'23502': ['row', 'not_null_violation', 'A value is missing where the column needs one.'],
	'23503': ['row', 'foreign_key_violation', 'The row points to another row that does not exist.'],
	'23505': ['row', 'unique_violation', 'Another row has the same key.'],
	'23514': ['row', 'check_violation', 'The values of the row contradict a rule of the table.'],
	'23': ['row', 'constraint_violation', 'The row breaks a rule of the table.'],
	'54000': ['row', 'program_limit_exceeded', 'A value is too large for PostgreSQL or for an index.'],
	'54001': ['row', 'nested_too_deep', 'A JSON value is nested too deep for PostgreSQL.'],

	'40001': ['conflict', 'serialization_failure', 'Another transaction changed the same rows.'],
	'40P01': ['conflict', 'deadlock_detected', 'Two transactions waited for each other.'],
	'55P03': [
		'lock',
		'lock_not_available',
		'Another session holds a lock on these rows for too long.',
		'Nothing was stored, and it is tried again later. If it lasts, look in pg_stat_activity for a session that is idle in a transaction, and end it.',
	],

	'08': ['outage', 'connection_lost', 'The connection to the database was lost.', LATER],
	'25006': [
		'outage',
		'read_only',
		'The database takes no writes.',
		'It is a standby, as after a failover, or default_transaction_read_only is on, as some hosts set it where the disk is nearly full. Connect to the primary, or make room and switch the setting off.',
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
		'The server is shutting down, or an administrator cut the connection.',
		LATER,
	],
	'57P02': ['outage', 'crash_shutdown', 'The server is recovering from a crash.', LATER],
	'57P03': ['outage', 'cannot_connect_now', 'The server is starting up.', LATER],
	'57P05': ['outage', 'idle_session_timeout', 'The server closed an idle connection.', LATER],

	'53100': [
		'later',
		'disk_full',
		'The disk of the database server is full.',
		'Nothing is lost. Make room on the server; the next run goes on from there.',
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
		'An administrator stopped it, or it ran into a time limit. Nothing is lost: the next run tries again.',
	],
	'58': ['later', 'system_error', 'The database server met an error of its disk or operating system.', LATER],

	'28000': [
		'person',
		'login_rejected',
		'The database refused this login.',
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
		'This login may not do that in the database.',
		'Grant it the role zixly_worker (as an administrator: GRANT zixly_worker TO "<the login>"), or use the login that migrated the schema.',
	],
	'3F000': ['person', 'schema_missing', 'The database has no Zixly schema yet.', MIGRATE],
	'42703': ['person', 'column_missing', 'The database lacks a column of this version.', MIGRATE],
	'42704': ['person', 'schema_missing', 'The database has no Zixly schema yet.', MIGRATE],
	'42883': ['person', 'function_missing', 'The database lacks a function of this version.', MIGRATE],
	'42P01': ['person', 'table_missing', 'The database has no Zixly schema yet.', MIGRATE],
};

/** Errors of the network, by the code that Node gives them. */
const NETWORK: Record<string, string> = {
	ECONNREFUSED: 'Nothing answers there. Check host and port, and that PostgreSQL is running.',
	ECONNRESET: 'The connection was cut. Check the network between here and the server, and TLS.',
	EPIPE: 'The connection was cut. Check the network between here and the server.',
	ENOTFOUND: 'There is no such host. Check its name, and the name server if it was found before.',
	EAI_AGAIN: 'The name server does not answer. Check the network.',
	ETIMEDOUT: 'The host does not answer. Check the address and the firewall.',
	EHOSTUNREACH: 'There is no way to the host. Check the address and the network.',
	ENETUNREACH: 'There is no way to the network. Check the address and the network.',
};

/** `pg` has no code for these; the words are its own. */
const LOST_WORDS =
	/Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|connection is not queryable|Client was closed/i;

const ATTEMPTS: Record<Call, number> = { row: 1, conflict: 5, lock: 2, outage: 8, later: 1, person: 1 };
/** Each of these attempts has waited ten seconds. */
const TIMED_OUT_ATTEMPTS = 3;

/** The meaning of a SQLSTATE such as `22003`; of a code without one, `database_error`. */
export function getMeaning(sqlstate: string): SqlstateMeaning {
	const entry = findEntry(sqlstate);
	if (!entry) {
		const message = `PostgreSQL did not carry out the statement (SQLSTATE ${sqlstate}).`;
		return { code: 'database_error', message };
	}
	const [, code, message, remedy] = entry;
	return { code, message, ...(remedy && { remedy }) };
}

/** What an error of the server or the network means to a person; undefined for one that says it itself. */
export function describeDatabaseError(error: unknown): { message: string; remedy: string } | undefined {
	const network = NETWORK[getErrorCode(error) ?? ''];
	if (network) return { message: 'The database does not answer.', remedy: network };
	const meaning = getMeaning(getSqlstate(error) ?? '');
	return meaning.remedy ? { message: meaning.message, remedy: meaning.remedy } : undefined;
}

/** The SQLSTATE of an error that came from the server, else undefined. */
export function getSqlstate(error: unknown): string | undefined {
	const code = getErrorCode(error);
	return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !(code in NETWORK) ? code : undefined;
}

/** How often work that ends in this error is worth trying, the first time included. */
export function attemptsAgainst(error: unknown): number {
	if (getErrorCode(error) === 'ETIMEDOUT' || /timeout exceeded/.test(getErrorMessage(error)))
		return TIMED_OUT_ATTEMPTS;
	const call = chooseCall(error);
	return call ? ATTEMPTS[call] : 1;
}

/** Whether the same work may succeed when it is simply done again: conflicts, restarts and lost connections. */
export function isRetryable(error: unknown): boolean {
	return attemptsAgainst(error) > 1;
}

/** Whether the database is at fault and nobody here: a later run succeeds without a person who changes the sync. */
export function isUnavailable(error: unknown): boolean {
	return isRetryable(error) || chooseCall(error) === 'later';
}

/** Whether a row's own values are what the server rejected, so that the rest of its chunk may pass. */
export function isDataError(error: unknown): boolean {
	return chooseCall(error) === 'row';
}

/** Whether somebody else holds a lock, and was waited for as long as the transaction may. */
export function isLocked(error: unknown): boolean {
	return chooseCall(error) === 'lock';
}

/** Whether the server takes no writes: a standby after a failover, or one that was set to read-only. */
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
