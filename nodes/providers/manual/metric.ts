import { columnText, type Amount } from '../../shared/money';
import { catchRejection, Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import type { CanonicalRow } from '../provider';
import { FIELD_LABELS, type Cells, type UploadField } from './columns';
import { readDayCell, type DateFormat } from './days';
import { isMissing, missingText, shownText } from './file/cell';
import { readNumberCell, type CellNumber, type NumberFormat } from './numbers';

const SOURCE_SYSTEM = 'manual';

export interface Formats {
	numberFormat: NumberFormat;
	dateFormat: DateFormat;
}

type MetricRow = CanonicalRow<'custom_metrics'>;

/** Builds a row of `custom_metrics` from cells. @throws Rejection that lists everything wrong with them */
export function parseMetric({ numberFormat, dateFormat }: Formats, cells: Cells['cells']): MetricRow {
	const faults = new Faults();
	const client = faults.catch(() => parseClient(cells));
	const metricName = faults.catch(() => parseMetricName(cells.metricName));
	const number = faults.catch(() => toValue(readNumberCell(cells.value, numberFormat)));
	const unit = faults.catch(() => parseUnit(cells.unit, number?.isPercent));
	const day = faults.catch(() => readDayCell(cells.date, dateFormat));
	faults.throwAll();
	return {
		table: 'custom_metrics',
		client: client!,
		row: {
			metricName: metricName!,
			metricValue: number!.value,
			unit: unit!,
			recordDate: `${day!}T00:00:00.000Z`,
			sourceSystem: SOURCE_SYSTEM,
			metadata: {},
		},
	};
}

/** Collects all faults of a row, so that a person can correct them at once. */
class Faults {
	private readonly found: Rejection[] = [];

	catch<T>(work: () => T): T | undefined {
		const result = catchRejection(work);
		if (!(result instanceof Rejection)) return result;
		this.found.push(result);
		return undefined;
	}

	/** @throws Rejection with the code and path of the first fault, and all messages */
	throwAll(): void {
		const [first] = this.found;
		if (!first) return;
		throw new Rejection(first.code, first.path, this.found.map(({ message }) => message).join(' '));
	}
}

/** An ID refers to an existing row of `client_kpis`, next to its synced figures; a name alone creates a client. */
function parseClient(cells: Cells['cells']): MetricRow['client'] {
	const [id, name] = [readTextCell(cells.clientId, 'clientId'), readTextCell(cells.clientName, 'clientName')];
	if (id !== '') return { externalId: id, clientId: id, clientName: name, industry: null };
	if (name !== '') return { externalId: name, clientName: name, industry: null };
	const cell = [cells.clientId, cells.clientName].find((one) => one !== undefined && one !== '');
	const shown = cell ?? cells.clientName ?? cells.clientId;
	throw new Rejection('client_missing', 'client', missingText(shown, 'client', 'Client ID or Client Name'));
}

function parseMetricName(cell: unknown): string {
	const name = readTextCell(cell, 'metricName');
	if (name !== '') return name;
	throw new Rejection('metric_missing', 'metricName', missingText(cell, 'metric name', 'Metric'));
}

function toValue({ amount, isPercent }: CellNumber): { value: string; isPercent: boolean } {
	return { value: columnText(amount as Amount, 4, 'value'), isPercent };
}

const PERCENT = /^(?:%|percent|per cent|pct|prozent)$/i;

/** A cell that displays 12.5% becomes 12.5 with the unit %, as people see it and as a CSV file has it. */
function parseUnit(cell: unknown, isPercent = false): string | null {
	if (typeof cell === 'object' && cell !== null && isMissing(cell)) {
		throw new Rejection('unit_missing', 'unit', missingText(cell, 'unit', 'Unit'));
	}
	const unit = readTextCell(cell, 'unit');
	if (!isPercent || PERCENT.test(unit)) return unit || null;
	if (unit === '') return '%';
	throw new Rejection(
		'percent_unit',
		'unit',
		`The value has a percent sign, and the unit is "${excerpt(unit, 60)}". Remove the sign, or leave the unit empty.`,
	);
}

/** The upper limit of numeric IDs: a workbook stores larger ones inexactly, and displays them with an exponent. */
const MAX_ID = 1e15;

/** Reads a text. @throws Rejection if the cell is not a text, or its characters were lost */
function readTextCell(cell: unknown, field: UploadField): string {
	if (isMissing(cell)) return '';
	const what = FIELD_LABELS[field];
	const isNumber = typeof cell === 'number';
	const isOther = typeof cell === 'object' && !(cell !== null && 'shown' in cell);
	if (isOther || (isNumber && Math.abs(cell) >= MAX_ID)) {
		const text = `The ${what} is "${excerpt(shownText(cell), 60)}", not a text. Give the cell the number format Text, and enter it again.`;
		throw new Rejection('not_a_text', field, text);
	}
	const text = shownText(cell);
	if (!text.includes('\uFFFD')) return text;
	throw new Rejection(
		'encoding',
		field,
		`The ${what} "${excerpt(text, 60)}" has lost characters (\uFFFD). Correct it, and save the file as "CSV UTF-8".`,
	);
}
