/** How long a statement waits for a row or table that another session has locked. */
export const LOCK_TIMEOUT_MS = 10_000;
/**
 * The limit of the first attempt, so that tenants whose rows are locked do not hold all connections. Longer than
 * PostgreSQL needs to detect a deadlock.
 */
export const BRIEF_LOCK_TIMEOUT_MS = 1_500;
/** Limits how long a process that is frozen or cut off inside a transaction can hold its locks. */
export const MAX_IDLE_MS = 60_000;
/** Longer than any of our statements takes, so only one that hangs reaches it. Replaces a stricter limit of the server. */
const STATEMENT_TIMEOUT_MS = 600_000;
/** Short, since a schema change that waits for a table blocks every session that comes after it. */
const DDL_LOCK_TIMEOUT_MS = 1_000;

type Settings = Readonly<Record<string, string>>;

/** Settings that change what a statement means: name resolution, how values are read and printed, visible rows, speed. */
const MEANING: Settings = {
	// `pg` parses instants in ISO style only.
	DateStyle: 'ISO, MDY',
	TimeZone: 'UTC',
	IntervalStyle: 'postgres',
	bytea_output: 'hex',
	extra_float_digits: '1',
	standard_conforming_strings: 'on',
	array_nulls: 'on',
	transform_null_equals: 'off',
	// Objects that a login creates must not shadow ours.
	search_path: 'pg_catalog, public, pg_temp',
	// With `off`, a query that a policy filters would fail.
	row_security: 'on',
	// The planner overestimates the cost of thousands of lookups, and compiling the statement would take longer than
	// running it: with just-in-time compilation, the default, unchanged rows took three times as long.
	jit: 'off',
};

const LIMITS: Settings = {
	lock_timeout: String(LOCK_TIMEOUT_MS),
	idle_in_transaction_session_timeout: String(MAX_IDLE_MS),
	statement_timeout: String(STATEMENT_TIMEOUT_MS),
};

/** What every transaction sets, whatever server, database or login define: expressions for a select list. */
export const LOCAL_SETTINGS = expressions({ ...MEANING, ...LIMITS }, 'true');

/** The same for a session that changes the schema: a direct connection, and statements without a time limit. */
export const MIGRATION_SETTINGS = expressions(
	{
		...MEANING,
		...LIMITS,
		search_path: 'public',
		default_transaction_isolation: 'read committed',
		lock_timeout: String(DDL_LOCK_TIMEOUT_MS),
		statement_timeout: '0',
	},
	'false',
);

function expressions(settings: Settings, isLocal: 'true' | 'false'): string {
	const set = (name: string, value: string): string => `set_config('${name}', '${value}', ${isLocal})`;
	return [
		...Object.entries(settings).map(([name, value]) => set(name, value)),
		// PostgreSQL 17 and newer. Older servers never evaluate this branch, so the unknown name does no harm.
		`case when current_setting('server_version_num')::int >= 170000 then ${set('transaction_timeout', '0')} end`,
	].join(', ');
}
