/** What a row of an upload says. */
export const UPLOAD_FIELDS = ['clientId', 'clientName', 'metricName', 'value', 'unit', 'date'] as const;

export type UploadField = (typeof UPLOAD_FIELDS)[number];

/** What people call the columns, without spaces, signs and capitals. */
const SPELLINGS: Record<UploadField, readonly string[]> = {
	clientId: [
		'clientid',
		'clientno',
		'clientnumber',
		'clientcode',
		'customerid',
		'customerno',
		'customernumber',
	].concat(['customercode', 'companyid', 'kundennummer', 'kundenid']),
	clientName: [
		'clientname',
		'client',
		'customername',
		'customer',
		'companyname',
		'company',
		'kunde',
		'kundenname',
	],
	metricName: ['metricname', 'metric', 'kpiname', 'kpi', 'measure', 'indicator', 'kennzahl'],
	value: ['metricvalue', 'value', 'amount', 'figure', 'wert', 'betrag'],
	unit: ['unit', 'units', 'uom', 'unitofmeasure', 'einheit'],
	date: ['recorddate', 'date', 'day', 'metricdate', 'asof', 'asofdate', 'datum'],
};

const FIELDS: ReadonlyMap<string, UploadField> = new Map(
	UPLOAD_FIELDS.flatMap((field) => SPELLINGS[field].map((spelling) => [spelling, field] as const)),
);

/** What the columns are called where they have none of the usual names. */
export type ColumnMap = Partial<Record<UploadField, string>>;

/** The cells of a row by what they are; a cell that two columns hold is a list of those columns. */
export interface Cells {
	cells: Partial<Record<UploadField, unknown>>;
	/** Columns that both could be one field. */
	twice: Array<{ field: UploadField; columns: string[] }>;
	/** Columns that are none of the fields. */
	unknown: string[];
}

/** Finds the cells of a row by its columns' names; a column that the map names is that field and no other. */
export function cellsOf(row: Record<string, unknown>, map: ColumnMap): Cells {
	const columns = new Map<UploadField, string[]>();
	const unknown: string[] = [];
	for (const column of Object.keys(row)) {
		const field = fieldOf(column, map);
		if (field) columns.set(field, [...(columns.get(field) ?? []), column]);
		else unknown.push(column);
	}
	const cells: Cells['cells'] = {};
	const twice: Cells['twice'] = [];
	for (const [field, names] of columns) {
		if (names.length > 1) twice.push({ field, columns: names });
		else cells[field] = row[names[0]!];
	}
	return { cells, twice, unknown };
}

function fieldOf(column: string, map: ColumnMap): UploadField | undefined {
	const name = plain(column);
	for (const field of UPLOAD_FIELDS) if (map[field] && plain(map[field]) === name) return field;
	const field = FIELDS.get(name);
	return field && !map[field] ? field : undefined;
}

const plain = (column: string): string => column.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
