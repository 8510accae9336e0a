/** The fields of an uploaded row. */
export const UPLOAD_FIELDS = ['clientId', 'clientName', 'metricName', 'value', 'unit', 'date'] as const;

export type UploadField = (typeof UPLOAD_FIELDS)[number];

/** The fields' names in messages. */
export const FIELD_LABELS: Record<UploadField, string> = {
	clientId: 'client ID',
	clientName: 'client name',
	metricName: 'metric name',
	value: 'value',
	unit: 'unit',
	date: 'date',
};

/** Recognised column names, in lower case without spaces and punctuation. */
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

/** The column name of each field that is not recognised by its name. */
export type ColumnMap = Partial<Record<UploadField, string>>;

/** The cells of a row by field. */
export interface Cells {
	cells: Partial<Record<UploadField, unknown>>;
	/** Fields that several columns match. */
	twice: Array<{ field: UploadField; columns: string[] }>;
	/** Names of columns that match no field. */
	unknown: string[];
}

/** Assigns a row's cells to fields by column name. The map takes precedence over recognised names. */
export function mapCells(row: Record<string, unknown>, map: ColumnMap): Cells {
	const names = Object.keys(row);
	const { fields, unknown } = columnsOfLastRow(names, map);
	const cells: Cells['cells'] = {};
	const twice: Cells['twice'] = [];
	for (const [field, indexes] of fields) {
		if (indexes.length > 1) twice.push({ field, columns: indexes.map((index) => names[index]!) });
		else cells[field] = row[names[indexes[0]!]!];
	}
	return { cells, twice, unknown };
}

let last: { key: string; found: FoundColumns } | undefined;

/** Caches the last result: rows mostly have the same columns, and finding them is the slowest step of normalising. */
function columnsOfLastRow(names: readonly string[], map: ColumnMap): FoundColumns {
	const key = JSON.stringify([names, map]);
	if (last?.key !== key) last = { key, found: findColumns(names.map(originalName(names, map)), map) };
	return last.found;
}

/** Undoes n8n's renaming: its spreadsheet reader calls the second of two columns `Value` `Value_1`. */
function originalName(names: readonly string[], map: ColumnMap): (name: string) => string {
	const chosen = new Set(Object.values(map).map(plain));
	const all = new Set(names);
	return (name) => {
		const before = /^(.+)_\d+$/s.exec(name)?.[1];
		return before !== undefined && all.has(before) && !chosen.has(plain(name)) ? before : name;
	};
}

/** The indexes of each field's columns, and the names of unknown columns. */
export interface FoundColumns {
	fields: Map<UploadField, number[]>;
	unknown: string[];
}

/** Finds the fields in a list of column names, which may contain duplicates. */
export function findColumns(names: readonly string[], map: ColumnMap): FoundColumns {
	const fields = new Map<UploadField, number[]>();
	const unknown: string[] = [];
	for (const [index, name] of names.entries()) {
		const field = findUploadField(name, map);
		if (field) fields.set(field, [...(fields.get(field) ?? []), index]);
		else unknown.push(name);
	}
	return { fields, unknown };
}

function findUploadField(column: string, map: ColumnMap): UploadField | undefined {
	const name = plain(column);
	for (const field of UPLOAD_FIELDS) if (map[field] && plain(map[field]) === name) return field;
	const field = FIELDS.get(name);
	return field && !map[field] ? field : undefined;
}

const plain = (column: string): string =>
	column
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[^\p{L}\p{N}]/gu, '');
