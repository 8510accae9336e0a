import { isEmpty, parseAmount, type Amount } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { parseAs } from '../../shared/shape';
import { excerpt } from '../../shared/text';
import { replySchema, rowsSchema, type ReportRow } from './schemas';

/** A row with its path in the record. */
export interface PlacedRow extends ReportRow {
	path: string;
}

/** Deeper than any known report. */
const MAX_LEVELS = 20;

/** All known properties of a report, used or not. */
const KNOWN = {
	Reply: new Set(['Id', 'Status', 'ProviderName', 'DateTimeUTC', 'Reports']),
	Report: new Set([
		...[
			'ReportID',
			'ReportName',
			'ReportTitle',
			'ReportType',
			'ReportTitles',
			'ReportDate',
			'UpdatedDateUTC',
		],
		...['Fields', 'Rows'],
	]),
	Row: new Set(['RowType', 'Title', 'Cells', 'Rows']),
	Cell: new Set(['Value', 'Attributes']),
};

const ROW_TYPES = new Set(['Header', 'Section', 'Row', 'SummaryRow']);

/** A reply of Xero's Reports endpoints, parsed level by level. */
export class XeroReport {
	/** Unknown properties in the reply, as `Row.NewProperty`. */
	readonly unknownProperties = new Set<string>();
	readonly rows: PlacedRow[];

	/**
	 * @param reply the whole reply
	 * @param path its path in the record
	 * @throws Rejection if it is not a single report of this type
	 */
	constructor(
		reply: Record<string, unknown>,
		readonly path: string,
		type: string,
	) {
		const [report] = parseAs(replySchema, reply, path, 'unexpected_report').Reports;
		this.note('Reply', reply);
		this.note('Report', (reply.Reports as [object])[0]);
		assertType(report?.ReportType, type, `${path}.Reports[0].ReportType`);
		this.rows = this.read(report?.Rows ?? [], `${path}.Reports[0].Rows`, 1);
	}

	/** The rows of a section. @throws Rejection `nested_too_deep` */
	readSection(section: PlacedRow, level: number): PlacedRow[] {
		return this.read(section.Rows ?? [], `${section.path}.Rows`, level);
	}

	private read(list: unknown[], path: string, level: number): PlacedRow[] {
		if (level > MAX_LEVELS) {
			throw new Rejection(
				'nested_too_deep',
				excerpt(path),
				`The report has more than ${MAX_LEVELS} levels of sections.`,
			);
		}
		const rows = parseAs(rowsSchema, list, path, 'unexpected_report');
		for (const row of list as ReportRow[]) {
			this.note('Row', row);
			for (const cell of row.Cells ?? []) this.note('Cell', cell);
		}
		return rows.map((row, index) => placed(row, `${path}[${index}]`));
	}

	private note(kind: keyof typeof KNOWN, value: object): void {
		for (const key of Object.keys(value)) {
			if (!KNOWN[kind].has(key)) this.unknownProperties.add(`${kind}.${excerpt(key, 40)}`);
		}
	}
}

function assertType(found: string | null | undefined, wanted: string, path: string): void {
	if (!found || found.toLowerCase() === wanted.toLowerCase()) return;
	throw new Rejection(
		'unexpected_report',
		path,
		`The reply holds the report "${excerpt(found)}" instead of ${wanted}.`,
	);
}

function placed(row: ReportRow, path: string): PlacedRow {
	// The row is already a copy made by the schema. Copying it again would be slow for many records.
	if (ROW_TYPES.has(row.RowType)) return Object.assign(row, { path });
	throw new Rejection(
		'unexpected_report',
		`${path}.RowType`,
		`The row type "${excerpt(row.RowType)}" is not known. Report it with this text.`,
	);
}

/** Normalises a label or title for comparison: lower case, single spaces, trimmed. */
export function plainLabel(label: unknown): string {
	if (typeof label !== 'string') return '';
	return label.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** The label in a row's first cell. */
export function getLabel(row: ReportRow): string {
	const label = row.Cells?.[0]?.Value;
	return typeof label === 'string' ? label.trim() : '';
}

/** Whether a row is the line of an account or of grouped currency gains. The cells of totals have no attributes. */
export function isAccountLine({ Cells }: ReportRow): boolean {
	return (Cells ?? []).some(({ Attributes }) =>
		(Attributes ?? []).some(({ Id }) => Id?.toLowerCase().startsWith('account')),
	);
}

/** The amount in a row's cell; undefined if the cell is empty or missing. @throws Rejection `not_a_number` */
export function readFigure(row: PlacedRow, column: number): Amount | undefined {
	const value = row.Cells?.[column]?.Value;
	return isEmpty(value) ? undefined : parseAmount(value, `${row.path}.Cells[${column}].Value`);
}
