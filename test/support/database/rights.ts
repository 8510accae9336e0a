import type { Pool } from 'pg';

/** What a role may do with a table, as the catalogue has it: the columns of each verb; delete is of all. */
export interface Rights {
	select: string[];
	insert: string[];
	update: string[];
	delete: boolean;
}

export type RightsByTable = Map<string, Rights>;

interface ColumnRights {
	table: string;
	column: string;
	select: boolean;
	insert: boolean;
	update: boolean;
	delete: boolean;
}

/** The rights of a role by table, such as `etl.accounts`; every table and view of the product is there. */
export async function rightsOf(admin: Pool, role: string): Promise<RightsByTable> {
	const { rows } = await admin.query<ColumnRights>(
		`select n.nspname || '.' || c.relname as table, a.attname as column,
			has_column_privilege($1, c.oid, a.attnum, 'select') as select,
			has_column_privilege($1, c.oid, a.attnum, 'insert') as insert,
			has_column_privilege($1, c.oid, a.attnum, 'update') as update,
			has_table_privilege($1, c.oid, 'delete') as delete
		from pg_class c join pg_namespace n on n.oid = c.relnamespace
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		where n.nspname in ('public', 'etl') and c.relkind in ('r', 'p', 'v')
		order by n.nspname desc, c.relname, a.attnum`,
		[role],
	);
	const byTable: RightsByTable = new Map();
	for (const row of rows) {
		const rights = byTable.get(row.table) ?? { select: [], insert: [], update: [], delete: row.delete };
		byTable.set(row.table, rights);
		for (const verb of ['select', 'insert', 'update'] as const) if (row[verb]) rights[verb].push(row.column);
	}
	return byTable;
}
