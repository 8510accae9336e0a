import { columnText, type Amount } from '../../shared/money';
import { attempt, Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import type { CanonicalRow } from '../normaliser';
import { FIELD_LABELS, type Cells, type UploadField } from './columns';
import { readDay, type DateFormat } from './days';
import { isMissing, missingText, shownText } from './file/cell';
import { readNumber, type CellNumber, type NumberFormat } from './numbers';

const SOURCE_SYSTEM = 'manual';

export interface Formats {
	numberFormat: NumberFormat;
	dateFormat: DateFormat;
}

type MetricRow = CanonicalRow<'custom_metrics'>;

/** The row of `custom_metrics` that the cells make. @throws Rejection that names all that is wrong with them */
export function parseMetric({ numberFormat, dateFormat }: Formats, cells: Cells['cells']): MetricRow {
	const faults = new Faults();
	const client = faults.catch(() => parseClient(cells));
	const metricName = faults.catch(() => parseMetricName(cells.metricName));
	const number = faults.catch(() => toValue(readNumber(cells.value, numberFormat)));
	const unit = faults.catch(() => parseUnit(cells.unit, number?.isPercent));
	const day = faults.catch(() => readDay(cells.date, dateFormat));
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

/** Collects what is wrong with a row, so that a person corrects it once. */
class Faults {
	private readonly found: Rejection[] = [];

	catch<T>(work: () => T): T | undefined {
		const result = attempt(work);
		if (!(result instanceof Rejection)) return result;
		this.found.push(result);
		return undefined;
	}

	/** @throws Rejection with the code and place of the first one */
	throwAll(): void {
		const [first] = this.found;
		if (!first) return;
		throw new Rejection(first.code, first.path, this.found.map(({ message }) => message).join(' '));
	}
}

/** An ID is that of `client_kpis`, so that metrics of one's own stand beside the synced figures; a name alone makes a client. */
function parseClient(cells: Cells['cells']): MetricRow['client'] {
	const [id, name] = [readText(cells.clientId, 'clientId'), readText(cells.clientName, 'clientName')];
	if (id !== '') return { externalId: id, clientId: id, clientName: name, industry: null };
	if (name !== '') return { externalId: name, clientName: name, industry: null };
	const cell = [cells.clientId, cells.clientName].find((one) => one !== undefined && one !== '');
	const shown = cell ?? cells.clientName ?? cells.clientId;
	throw new Rejection('client_missing', 'client', missingText(shown, 'client', 'Client ID or Client Name'));
}

function parseMetricName(cell: unknown): string {
	const name = readText(cell, 'metricName');
	if (name !== '') return name;
	throw new Rejection('metric_missing', 'metricName', missingText(cell, 'metric name', 'Metric'));
}

function toValue({ amount, isPercent }: CellNumber): { value: string; isPercent: boolean } {
	return { value: columnText(amount as Amount, 4, 'value'), isPercent };
}

const PERCENT = /^(?:%|percent|per cent|pct|prozent)$/i;

/** A cell that shows 12.5% holds 12.5 of the unit %: that is what people see, and what a CSV file of it has. */
function parseUnit(cell: unknown, isPercent = false): string | null {
	if (typeof cell === 'object' && cell !== null && isMissing(cell)) {
		throw new Rejection('unit_missing', 'unit', missingText(cell, 'unit', 'Unit'));
	}
	const unit = readText(cell, 'unit');
	if (!isPercent || PERCENT.test(unit)) return unit || null;
	if (unit === '') return '%';
	throw new Rejection(
		'percent_unit',
		'unit',
		`The value has a percent sign, and the unit is "${excerpt(unit, 60)}". Take the sign away, or leave the unit empty.`,
	);
}

/** What a number of an ID may have: a workbook keeps no more, and shows larger ones with an exponent. */
const MAX_ID = 1e15;

/** @throws Rejection for what is no text, or was lost on the way */
function readText(cell: unknown, field: UploadField): string {
	if (isMissing(cell)) return '';
	const what = FIELD_LABELS[field];
	const isNumber = typeof cell === 'number';
	const isOther = typeof cell === 'object' && !(cell !== null && 'shown' in cell);
	if (isOther || (isNumber && Math.abs(cell) >= MAX_ID)) {
		const text = `The ${what} is "${excerpt(shownText(cell), 60)}", not a text. Give the cell the number format Text, and write it again.`;
		throw new Rejection('not_a_text', field, text);
	}
	const text = shownText(cell);
	if (!text.includes('\uFFFD')) return text;
	throw new Rejection(
		'encoding',
		field,
		`The ${what} "${excerpt(text, 60)}" has lost letters (\uFFFD). Correct it, and save the file as "CSV UTF-8".`,
	);
}
