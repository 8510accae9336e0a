/** How long a statement waits for a row or table that somebody else has locked. */
export const LOCK_TIMEOUT_MS = 10_000;
/** A process that is frozen, or cut off, in the middle of a transaction holds its locks no longer than this. */
export const MAX_IDLE_MS = 60_000;
/** One statement: longer than any of ours takes, so only one that hangs meets it, and a stricter server's limit no longer. */
export const STATEMENT_TIMEOUT_MS = 600_000;

/**
 * What every transaction sets for itself, whatever server, database or login say: what bounds waiting, what changes
 * how values are read and printed, where names are looked up, and what slows us down.
 */
const SETTINGS: Record<string, string> = {
	lock_timeout: String(LOCK_TIMEOUT_MS),
	idle_in_transaction_session_timeout: String(MAX_IDLE_MS),
	statement_timeout: String(STATEMENT_TIMEOUT_MS),
	// Reads of values: `pg` reads instants in ISO style only.
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

/** Expressions for a select list that set all of them until the transaction ends. */
export const LOCAL_SETTINGS = [
	...Object.entries(SETTINGS).map(([name, value]) => `set_config('${name}', '${value}', true)`),
	// PostgreSQL 17 and newer. The name is looked up when it is set, so older servers never meet it.
	`case when current_setting('server_version_num')::int >= 170000 then set_config('transaction_timeout', '0', true) end`,
].join(', ');
