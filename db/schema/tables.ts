/** A column that rows provide; `property` is its name in messages and TypeScript. */
export interface Column {
	name: string;
	property: string;
	type: ColumnType;
	nullable: boolean;
	/** Used if the row has no value. */
	fallback?: string;
}

export type ColumnType = 'text' | 'date' | 'timestamptz' | 'numeric(12,2)' | 'numeric(12,4)';

/**
 * A table with clients' figures. Besides `columns` each has `id`, `client_kpi_id`, `metadata` and `created_at`. Its
 * unique key is `client_kpi_id` and the columns of `key`, nulls not distinct.
 */
export interface DataTable {
	name: string;
	columns: readonly Column[];
	key: readonly string[];
	/** Indexes of the key's columns in `columns`. */
	keyIndexes: readonly number[];
	/** Index of `source_system` in `columns`. */
	sourceIndex: number;
	/** The properties that a row may have. */
	properties: ReadonlySet<string>;
	/** A check constraint that many rows may violate. Checked before writing, so that the database need not find them. */
	rule?: TableRule;
}

interface TableRule {
	/** The property that is reported. */
	path: string;
	message: string;
	/** False only if the database would certainly reject the values, which are in the order of the columns. */
	holds: (values: ReadonlyArray<string | null>) => boolean;
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

function dataTable(
	name: string,
	columns: readonly Column[],
	key: readonly string[],
	rule?: TableRule,
): DataTable {
	return {
		name,
		rule,
		columns,
		key,
		keyIndexes: key.map((part) => columns.findIndex((one) => one.name === part)),
		sourceIndex: columns.findIndex((one) => one.name === 'source_system'),
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
	{
		path: 'netProfit',
		message: 'netProfit is not revenue minus expenses.',
		holds: ([, revenue, expenses, netProfit]) => {
			const income = parseCents(revenue);
			const costs = parseCents(expenses);
			const profit = parseCents(netProfit);
			const known = income !== undefined && costs !== undefined && profit !== undefined;
			return !known || profit === income - costs;
		},
	},
);

/** Rounds as the column does, half away from zero; undefined for exponents and for what does not fit the column. */
function parseCents(amount: string | null | undefined): number | undefined {
	if (!amount) return undefined;
	if (/^[+-]?\d{1,10}(\.\d{0,2})?$/.test(amount)) return Math.round(Number(amount) * 100);
	const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d{0,10})\.(\d+)$/.exec(amount) ?? [];
	if (fraction === '') return undefined;
	const cents = Number(whole + fraction.slice(0, 2).padEnd(2, '0')) + (fraction.charAt(2) >= '5' ? 1 : 0);
	if (cents >= 1e12) return undefined;
	return sign === '-' ? -cents : cents;
}

const leadEvents = dataTable(
	'lead_events',
	[
		column('event_date', 'timestamptz'),
		column('lead_id', 'text'),
		column('stage', 'text'),
		column('value', 'numeric(12,2)', NULLABLE),
		column('status', 'text'),
		column('source_system', 'text', NULLABLE),
		// The database allows null, but then all such events of a client would share one row.
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
