/** How long a statement waits for a row or table that somebody else has locked. */
export const LOCK_TIMEOUT_MS = 10_000;
/** The same at first, so that tenants whose rows are locked do not hold all connections; longer than PostgreSQL needs to find a deadlock. */
export const BRIEF_LOCK_TIMEOUT_MS = 1_500;
/** A process that is frozen, or cut off, in the middle of a transaction holds its locks no longer than this. */
export const MAX_IDLE_MS = 60_000;
/** One statement: longer than any of ours takes, so only one that hangs meets it, and a stricter server's limit no longer. */
export const STATEMENT_TIMEOUT_MS = 600_000;
/** A change of the schema that waits for a table keeps all who come after it from that table. */
export const DDL_LOCK_TIMEOUT_MS = 1_000;

type Settings = Readonly<Record<string, string>>;

/** Where a statement runs, how values are read and printed there, and what would slow it down or keep it from its rows. */
const MEANING: Settings = {
	// `pg` reads instants in ISO style only.
	DateStyle: 'ISO, MDY',
	TimeZone: 'UTC',
	IntervalStyle: 'postgres',
	bytea_output: 'hex',
	extra_float_digits: '1',
	standard_conforming_strings: 'on',
	array_nulls: 'on',
	transform_null_equals: 'off',
	// Nothing that a login could make stands before what is meant.
	search_path: 'pg_catalog, public, pg_temp',
	// Off, a query that a policy would filter fails.
	row_security: 'on',
	// Thousands of lookups look dear to the planner, who would then compile the statement for longer than it runs: on a
	// server with just-in-time compilation, the default, unchanged rows took three times as long.
	jit: 'off',
};

const LIMITS: Settings = {
	lock_timeout: String(LOCK_TIMEOUT_MS),
	idle_in_transaction_session_timeout: String(MAX_IDLE_MS),
	statement_timeout: String(STATEMENT_TIMEOUT_MS),
};

/** What every transaction sets for itself, whatever server, database or login say: expressions for a select list. */
export const LOCAL_SETTINGS = expressions({ ...MEANING, ...LIMITS }, 'true');

/** The same for a session that changes the schema: it runs over a direct connection, and its statements take their time. */
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
		// PostgreSQL 17 and newer. The name is looked up when it is set, so older servers never meet it.
		`case when current_setting('server_version_num')::int >= 170000 then ${set('transaction_timeout', '0')} end`,
	].join(', ');
}
