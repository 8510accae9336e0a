import { createHash } from 'node:crypto';

import { z } from 'zod/v4';

import { columnText, isEmpty } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { shaped } from '../../shared/shape';
import type { CanonicalRow, LooseRecord, Normalised, Normaliser, RawRecord } from '../normaliser';
import { cellsOf, UPLOAD_FIELDS, type Cells, type UploadField } from './columns';
import { DATE_FORMATS, readDay } from './days';
import { NUMBER_FORMATS, readNumber, type NumberFormat } from './numbers';

const SOURCE_SYSTEM = 'manual';

/** A row of an upload with what it takes to read it: it means the same whenever it is read again. */
const uploadedRow = z.object({
	/** Its number in the file, the header being 1. */
	line: z.int(),
	// Not z.record: a column may be called "constructor".
	cells: z.custom<Record<string, unknown>>(isObject, 'is not an object'),
	numberFormat: z.enum(Object.keys(NUMBER_FORMATS) as [NumberFormat, ...NumberFormat[]]),
	dateFormat: z.enum(DATE_FORMATS),
	columnMap: z.partialRecord(z.enum(UPLOAD_FIELDS), z.string()),
});

function isObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type UploadedRow = z.infer<typeof uploadedRow>;

/** A row of a spreadsheet becomes one row of `custom_metrics`. */
export const customMetrics: Normaliser = {
	ratesNeeded: () => [],

	isEmptyRow: (record) => Object.values(record).every(isEmpty),

	normalise(raw: RawRecord): Normalised {
		const row = shaped(uploadedRow, raw.record, '');
		const found = cellsOf(row.cells, row.columnMap);
		refuseTwice(found);
		return { rows: [metricOf(row, found.cells)], unknownProperties: found.unknown };
	},

	complete({ record, index = 0, now, upload }: LooseRecord) {
		const row: UploadedRow = {
			line: index + 2,
			cells: record,
			numberFormat: upload?.numberFormat ?? '1,234.56',
			dateFormat: upload?.dateFormat ?? 'YYYY-MM-DD',
			columnMap: upload?.columnMap ?? {},
		};
		return { recordId: recordIdOf(row), fetchedAt: now, record: row };
	},
};

function refuseTwice({ twice: [first] }: Cells): void {
	if (!first) return;
	throw new Rejection(
		'column_twice',
		first.field,
		`The columns ${first.columns.map((name) => `"${name}"`).join(' and ')} could both be the ${LABELS[first.field]}. Say in Column Map which one it is.`,
	);
}

const LABELS: Record<UploadField, string> = {
	clientId: 'client ID',
	clientName: 'client name',
	metricName: 'metric name',
	value: 'value',
	unit: 'unit',
	date: 'date',
};

function metricOf(
	{ numberFormat, dateFormat }: UploadedRow,
	cells: Cells['cells'],
): CanonicalRow<'custom_metrics'> {
	const client = clientOf(cells);
	const metricName = textOf(cells.metricName);
	if (metricName === '') {
		throw new Rejection(
			'metric_missing',
			'metricName',
			'There is no metric name: the cell is empty, or no column is called Metric. Fill it in, or name the column in Column Map.',
		);
	}
	return {
		table: 'custom_metrics',
		client,
		row: {
			metricName,
			metricValue: columnText(readNumber(cells.value, numberFormat), 4, 'value'),
			unit: textOf(cells.unit) || null,
			recordDate: `${readDay(cells.date, dateFormat)}T00:00:00.000Z`,
			sourceSystem: SOURCE_SYSTEM,
			metadata: {},
		},
	};
}

/** An ID is that of `client_kpis`, so that metrics of one's own stand beside the synced figures; a name alone makes a client. */
function clientOf(cells: Cells['cells']): CanonicalRow['client'] {
	const [id, name] = [textOf(cells.clientId), textOf(cells.clientName)];
	if (id !== '') return { externalId: id, clientId: id, clientName: name, industry: null };
	if (name !== '') return { externalId: name, clientName: name, industry: null };
	throw new Rejection(
		'client_missing',
		'client',
		'There is no client: no cell under Client ID or Client Name is filled. Fill one in, or name the column in Column Map.',
	);
}

const textOf = (cell: unknown): string => (isEmpty(cell) ? '' : String(cell).trim());

const LONGEST_ID = 200;

/** What the row is about: a corrected copy of it has the same id. Without that, its content. */
function recordIdOf({ cells: row, columnMap }: UploadedRow): string {
	const { cells } = cellsOf(row, columnMap);
	const parts = [cells.clientId ?? cells.clientName, cells.metricName, cells.date].map(textOf);
	const key = parts.join(' | ');
	if (!parts.includes('') && key.length <= LONGEST_ID) return key;
	return `row:${createHash('sha256').update(JSON.stringify(row)).digest('hex')}`;
}
