import { findColumns, type ColumnMap, type UploadField } from '../columns';
import type { Cell } from './cell';
import { shownText } from './cell';

interface HeaderColumn {
	/** Index in the row, from 0. */
	index: number;
	/** Trimmed name in the header. */
	name: string;
	field: UploadField;
}

/** A row interpreted as the header. */
export interface Header {
	columns: HeaderColumn[];
	/** Names of unknown columns. */
	unknown: string[];
	/** Fields that several columns match. */
	twice: Array<{ field: UploadField; columns: string[] }>;
	/** Required fields that no column matches. */
	missing: string[];
	/** Indexes of the columns with a name. */
	named: ReadonlySet<number>;
}

const NEEDED: ReadonlyArray<[what: string, fields: UploadField[]]> = [
	['a client (Client ID or Client Name)', ['clientId', 'clientName']],
	['a metric (Metric)', ['metricName']],
	['a value (Value)', ['value']],
	['a date (Date)', ['date']],
];

/** Interprets a row as the header. It is one if `missing` is empty. */
export function readHeader(cells: readonly Cell[], map: ColumnMap): Header {
	const names = [...cells].map((cell, index) => ({ index, name: shownText(cell) }));
	const named = names.filter(({ name }) => name !== '');
	const { fields, unknown } = findColumns(
		named.map(({ name }) => name),
		map,
	);
	const columns: HeaderColumn[] = [];
	const twice: Header['twice'] = [];
	for (const [field, indexes] of fields) {
		const first = named[indexes[0]!]!;
		if (indexes.length > 1)
			twice.push({ field, columns: indexes.map((index) => describeColumn(named[index]!)) });
		columns.push({ ...first, field });
	}
	const missing = NEEDED.filter(([, wanted]) => !wanted.some((field) => fields.has(field))).map(
		([what]) => what,
	);
	return { columns, unknown, twice, missing, named: new Set(named.map(({ index }) => index)) };
}

const describeColumn = ({ index, name }: { index: number; name: string }): string =>
	`${name} (column ${columnLetters(index)})`;

/** `A` for 0, `AA` for 26. */
export function columnLetters(index: number): string {
	const last = String.fromCharCode(65 + (index % 26));
	return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}
