import type { PoolClient } from 'pg';

import { isInsufficientPrivilege, isDataError } from '../postgres/sqlstate';

/** Why PostgreSQL rejects a row. */
export interface DataError {
	/** The SQLSTATE. */
	code: string;
	column?: string;
	constraint?: string;
}

/** The parameters of a statement; arrays among them contain texts. */
export type Values = ReadonlyArray<string | number | null | ReadonlyArray<string | null>>;

/**
 * Runs a statement on the server once per list of values and rolls everything back. The number of round trips is fixed,
 * whatever the number of lists and faults. A subtransaction extends from one fault to the next, so it uses only as many
 * transaction ids as there are faults, with one open at a time: more than 64 would slow down every other session.
 * @param sql returns rows and casts its parameters, which are passed as texts
 * @returns the faults by the index of their values; undefined if the server does not allow the search, for instance
 *   because only some roles may use PL/pgSQL
 * @throws every error that is no data error
 */
export async function findFaults(
	client: PoolClient,
	sql: string,
	valueLists: readonly Values[],
): Promise<Map<number, DataError> | undefined> {
	await client.query('savepoint search');
	try {
		await client.query(HAND_OVER, [valueLists.map((values) => JSON.stringify(values.map(toParameterText)))]);
		await client.query(buildSearch(sql));
		const { rows } = await client.query<{ faults: string }>(ANSWER);
		return new Map(readFaults(rows[0]!.faults));
	} catch (error) {
		if (isDataError(error) || isInsufficientPrivilege(error)) return undefined;
		throw error;
	} finally {
		await client.query('rollback to savepoint search; release savepoint search').catch(() => undefined);
	}
}

/** A `do` block takes no parameters, so it reads them from a cursor. */
const HAND_OVER = `declare zixly_values no scroll cursor for
	select array(select json_array_elements_text(given::json)) from unnest($1::text[]) as lists(given)`;

/** A `do` block returns nothing, so the result is passed in a setting, which the rollback resets. */
const ANSWER = `select current_setting('zixly.faults') as faults`;

// The conditions must match `isDataError`. The rollback of a subtransaction does not rewind the cursor, so the next one
// continues after the fault. Planned once, since planning takes longer than writing a row.
const buildSearch = (sql: string): string => `do $zixly$
declare
	zixly_cursor constant refcursor := 'zixly_values';
	zixly_values text[];
	zixly_place integer := -1;
	zixly_row record;
	zixly_column text;
	zixly_constraint text;
	zixly_faults text[] := '{}';
begin
	perform set_config('plan_cache_mode', 'force_generic_plan', true);
	loop
		begin
			loop
				fetch zixly_cursor into zixly_values;
				exit when not found;
				zixly_place := zixly_place + 1;
				for zixly_row in ${withValues(sql)} loop end loop;
			end loop;
			exit;
		exception
			when data_exception or integrity_constraint_violation or cardinality_violation or program_limit_exceeded then
				get stacked diagnostics zixly_column = column_name, zixly_constraint = constraint_name;
				zixly_faults := zixly_faults
					|| json_build_array(zixly_place, sqlstate, zixly_column, zixly_constraint)::text;
		end;
	end loop;
	perform set_config('zixly.faults', '[' || array_to_string(zixly_faults, ',') || ']', true);
end $zixly$`;

const withValues = (sql: string): string => sql.replace(/\$(\d+)/g, '(zixly_values[$1])');

type FoundFault = [index: number, code: string, column: string, constraint: string];

function readFaults(text: string): Array<[index: number, fault: DataError]> {
	return (JSON.parse(text) as FoundFault[]).map(([index, code, column, constraint]) => [
		index,
		{ code, ...(column && { column }), ...(constraint && { constraint }) },
	]);
}

function toParameterText(value: Values[number]): string | null {
	if (value === null) return null;
	return typeof value === 'object' ? arrayText(value) : String(value);
}

const arrayText = (texts: ReadonlyArray<string | null>): string =>
	`{${texts.map((text) => (text === null ? 'null' : `"${text.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
