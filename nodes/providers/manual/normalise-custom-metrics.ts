import { createHash } from 'node:crypto';

import { z } from 'zod/v4';

import { isEmpty } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { shaped } from '../../shared/shape';
import type { LooseRecord, Normalised, Normaliser, RawRecord, UploadSettings } from '../normaliser';
import { mapCells, FIELD_LABELS, UPLOAD_FIELDS, type Cells } from './columns';
import { DATE_FORMATS } from './days';
import { shownText } from './file/cell';
import { parseMetric } from './metric';
import { NUMBER_FORMATS, type NumberFormat } from './numbers';

/** A row of an upload with what it takes to read it: it means the same whenever it is read again. */
const uploadedRow = z.object({
	/** Its number in the file, the header of items being 1. */
	line: z.int(),
	sheet: z.string().optional(),
	// Not z.record: a column may be called "constructor".
	cells: z.custom<Record<string, unknown>>(isObject, 'is not an object'),
	numberFormat: z.enum(Object.keys(NUMBER_FORMATS) as [NumberFormat, ...NumberFormat[]]),
	dateFormat: z.enum(DATE_FORMATS),
	columnMap: z.partialRecord(z.enum(UPLOAD_FIELDS), z.string()),
	/** Why the file's reader could not read it. */
	fault: z.object({ code: z.string(), message: z.string() }).optional(),
});

function isObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type UploadedRow = z.infer<typeof uploadedRow>;

type Completed = ReturnType<Normaliser['complete']>;

const DEFAULTS: UploadSettings = { numberFormat: '1,234.56', dateFormat: 'YYYY-MM-DD', columnMap: {} };

/** A row of a spreadsheet becomes one row of `custom_metrics`. */
export const customMetrics: Normaliser = {
	ratesNeeded: () => [],

	isEmptyRow: (record) => Object.values(record).every(isEmpty),

	normalise(raw: RawRecord): Normalised {
		const row = shaped(uploadedRow, raw.record, '');
		if (row.fault) throw new Rejection(row.fault.code, '', row.fault.message);
		const found = mapCells(row.cells, row.columnMap);
		rejectTwice(found);
		return { rows: [parseMetric(row, found.cells)], unknownProperties: found.unknown };
	},

	complete: ({ record, index = 0, now, upload = DEFAULTS }: LooseRecord) =>
		completeRow({ line: index + 2, cells: record }, upload, now),
};

/** A row as it is kept and normalised. @param now when the workflow runs, ISO 8601 */
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
		`The columns ${first.columns.map((name) => `"${name}"`).join(' and ')} could both be the ${FIELD_LABELS[first.field]}. Say in Column Map which one it is.`,
	);
}

const MAX_ID_LENGTH = 200;

/** What the row is about: a corrected copy of it has the same id. Without that, its content. */
function identifyRow(row: UploadedRow): string {
	const { cells } = mapCells(row.cells, row.columnMap);
	const client = shownText(cells.clientId) || shownText(cells.clientName);
	const parts = [client, shownText(cells.metricName), shownText(cells.date)];
	const key = parts.join(' | ');
	if (!row.fault && !parts.includes('') && key.length <= MAX_ID_LENGTH) return key;
	return `row:${createHash('sha256').update(JSON.stringify(row.cells)).digest('hex')}`;
}
