/** A column that a row brings; `property` is its name in messages and TypeScript. */
export interface Column {
	name: string;
	property: string;
	type: ColumnType;
	nullable: boolean;
	/** Stands for a value that the row does not bring. */
	fallback?: string;
}

export type ColumnType = 'text' | 'date' | 'timestamptz' | 'numeric(12,2)' | 'numeric(12,4)';

/**
 * A table that holds the figures of clients. Besides `columns` each has `id`, `client_kpi_id`, `metadata` and
 * `created_at`. Its unique key is `client_kpi_id` and the columns of `key`, nulls not distinct.
 */
export interface DataTable {
	name: string;
	columns: readonly Column[];
	key: readonly string[];
	/** Where the key's columns stand in `columns`. */
	keyIndexes: readonly number[];
	/** The properties that a row may have. */
	properties: ReadonlySet<string>;
}

interface ColumnRules {
	nullable?: boolean;
	fallback?: string;
}

const column = (
	name: string,
	type: ColumnType,
	{ nullable = false, fallback }: ColumnRules = {},
): Column => ({
	name,
	property: name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
	type,
	nullable,
	fallback,
});

function dataTable(name: string, columns: readonly Column[], key: readonly string[]): DataTable {
	return {
		name,
		columns,
		key,
		keyIndexes: key.map((part) => columns.findIndex((one) => one.name === part)),
		properties: new Set([...columns.map(({ property }) => property), 'metadata']),
	};
}

const NULLABLE = { nullable: true };

const financials = dataTable(
	'financials',
	[
		column('record_date', 'date'),
		column('revenue', 'numeric(12,2)'),
		column('expenses', 'numeric(12,2)'),
		column('net_profit', 'numeric(12,2)'),
		column('cash_flow', 'numeric(12,2)'),
		column('currency', 'text', { fallback: 'AUD' }),
		column('source_system', 'text', NULLABLE),
		column('external_id', 'text', NULLABLE),
	],
	['record_date', 'source_system'],
);

const leadEvents = dataTable(
	'lead_events',
	[
		column('event_date', 'timestamptz'),
		column('lead_id', 'text'),
		column('stage', 'text'),
		column('value', 'numeric(12,2)', NULLABLE),
		column('status', 'text'),
		column('source_system', 'text', NULLABLE),
		// The database allows null, but then all such events of a client would be one row.
		column('external_id', 'text'),
	],
	['source_system', 'external_id'],
);

const customMetrics = dataTable(
	'custom_metrics',
	[
		column('metric_name', 'text'),
		column('metric_value', 'numeric(12,4)'),
		column('unit', 'text', NULLABLE),
		column('record_date', 'timestamptz'),
		column('source_system', 'text', NULLABLE),
	],
	['metric_name', 'record_date', 'source_system'],
);

/** The tables that rows may be loaded into, by name. */
export const dataTables: ReadonlyMap<string, DataTable> = new Map(
	[financials, leadEvents, customMetrics].map((table) => [table.name, table]),
);
