import type { PoolClient } from 'pg';

import { isInsufficientPrivilege, isDataError } from '../postgres/sqlstate';

/** What PostgreSQL does not take of a row. */
export interface DataError {
	/** The SQLSTATE. */
	code: string;
	column?: string;
	constraint?: string;
}

/** Parameters of a statement; the lists among them hold texts. */
export type Values = ReadonlyArray<string | number | null | ReadonlyArray<string | null>>;

/**
 * Runs a statement on the server once with each list of values, and undoes it all: a fixed number of round trips, however
 * many lists there are and however many fail. A subtransaction reaches from one fault to the next, so no more
 * transaction ids are used than there are faults, and never is more than one of them open: past 64, they would slow
 * down every other session.
 * @param sql has a result, and casts its parameters, which come as texts
 * @returns the faults, by the index of their values; undefined where the server does not let us look for them, as one
 *   on which only some roles may use PL/pgSQL
 * @throws every error that is not a row's own fault
 */
export async function findFaults(
	client: PoolClient,
	sql: string,
	valueLists: readonly Values[],
): Promise<Map<number, DataError> | undefined> {
	await client.query('savepoint search');
	try {
		await client.query(HAND_OVER, [valueLists.map((values) => JSON.stringify(values.map(toText)))]);
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

/** Anonymous code takes no parameters: it reads them from a cursor. */
const HAND_OVER = `declare zixly_values no scroll cursor for
	select array(select json_array_elements_text(given::json)) from unnest($1::text[]) as lists(given)`;

/** Nor does it give anything back but a setting, which the rollback takes away. */
const ANSWER = `select current_setting('zixly.faults') as faults`;

// The conditions are those that `isRowFault` knows. A cursor is not wound back with a subtransaction, so the next one
// goes on behind the fault. Planned once: a plan for each row would take longer than the row.
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

function toText(value: Values[number]): string | null {
	if (value === null) return null;
	return typeof value === 'object' ? arrayText(value) : String(value);
}

const arrayText = (texts: ReadonlyArray<string | null>): string =>
	`{${texts.map((text) => (text === null ? 'null' : `"${text.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
