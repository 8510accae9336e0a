import { createHash } from 'node:crypto';

import { z } from 'zod/v4';

import { isEmpty } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { isObject, parseAs } from '../../shared/shape';
import type { LooseRecord, Normalised, Normaliser, RawRecord, UploadSettings } from '../provider';
import { mapCells, FIELD_LABELS, UPLOAD_FIELDS, type Cells } from './columns';
import { DATE_FORMATS } from './days';
import { shownText } from './file/cell';
import { parseMetric } from './metric';
import { NUMBER_FORMATS, type NumberFormat } from './numbers';

/** A row of an upload with its formats, so that it is always read the same way. */
const uploadedRow = z.object({
	/** Line number in the file. For items, the header counts as line 1. */
	line: z.int(),
	sheet: z.string().optional(),
	// Not z.record, because a column may be called "constructor".
	cells: z.custom<Record<string, unknown>>(isObject, 'is not an object'),
	numberFormat: z.enum(Object.keys(NUMBER_FORMATS) as [NumberFormat, ...NumberFormat[]]),
	dateFormat: z.enum(DATE_FORMATS),
	columnMap: z.partialRecord(z.enum(UPLOAD_FIELDS), z.string()),
	/** Why the file reader could not read the row. */
	fault: z.object({ code: z.string(), message: z.string() }).optional(),
});

type UploadedRow = z.infer<typeof uploadedRow>;

type Completed = ReturnType<Normaliser['complete']>;

const DEFAULTS: UploadSettings = { numberFormat: '1,234.56', dateFormat: 'YYYY-MM-DD', columnMap: {} };

/** Turns a row of a spreadsheet into one row of `custom_metrics`. */
export const customMetrics: Normaliser = {
	ratesNeeded: () => [],

	isEmptyRow: (record) => Object.values(record).every(isEmpty),

	normalise(raw: RawRecord): Normalised {
		const row = parseAs(uploadedRow, raw.record, '');
		if (row.fault) throw new Rejection(row.fault.code, '', row.fault.message);
		const found = mapCells(row.cells, row.columnMap);
		rejectTwice(found);
		return { rows: [parseMetric(row, found.cells)], unknownProperties: found.unknown };
	},

	complete: ({ record, index = 0, now, upload = DEFAULTS }: LooseRecord) =>
		completeRow({ line: index + 2, cells: record }, upload, now),
};

/** Completes a row for storing and normalising. @param now the current time, ISO 8601 */
export function completeRow(
	row: Pick<UploadedRow, 'line' | 'sheet' | 'cells' | 'fault'>,
	{ numberFormat, dateFormat, columnMap }: UploadSettings,
	now: string,
): Completed {
	const record: UploadedRow = { ...row, numberFormat, dateFormat, columnMap };
	return { recordId: identifyRow(record), fetchedAt: now, record };
}

function rejectTwice({ twice: [first] }: Cells): void {
	if (!first) return;
	throw new Rejection(
		'column_twice',
		first.field,
		`The columns ${first.columns.map((name) => `"${name}"`).join(' and ')} could both be the ${FIELD_LABELS[first.field]}. Rename one of them in the file, or choose one in Column Map.`,
	);
}

const MAX_ID_LENGTH = 200;

/** Identifies a row by client, metric and date, so that a corrected copy has the same id. Otherwise by its content. */
function identifyRow(row: UploadedRow): string {
	const { cells } = mapCells(row.cells, row.columnMap);
	const client = shownText(cells.clientId) || shownText(cells.clientName);
	const parts = [client, shownText(cells.metricName), shownText(cells.date)];
	const key = parts.join(' | ');
	if (!row.fault && !parts.includes('') && key.length <= MAX_ID_LENGTH) return key;
	return `row:${createHash('sha256').update(JSON.stringify(row.cells)).digest('hex')}`;
}
