import { randomUUID } from 'node:crypto';

import type { LedgerAccount } from './accounts';

export interface Cell {
	Value?: string;
	Attributes?: Array<{ Value: string; Id: string }>;
}

export interface ReportRow {
	RowType: 'Header' | 'Section' | 'Row' | 'SummaryRow';
	Title?: string;
	Cells?: Cell[];
	Rows?: ReportRow[];
}

/** The days a report is asked for, both included, `YYYY-MM-DD`. */
export interface Period {
	fromDate: string;
	toDate: string;
}

interface Heading {
	id: string;
	name: string;
	type: string;
	/** The first title where it differs from the name. */
	title?: string;
	organisation: string;
	period: Period;
	at: Date;
}

/** A report in Xero's envelope. */
export function reportReply(heading: Heading, rows: ReportRow[]): Record<string, unknown> {
	const { period, at } = heading;
	const report = {
		ReportID: heading.id,
		ReportName: heading.name,
		ReportType: heading.type,
		ReportTitles: [heading.title ?? heading.name, heading.organisation, titleOf(period)],
		ReportDate: longDate(at.toISOString().slice(0, 10)),
		UpdatedDateUTC: xeroDate(at),
		Fields: [],
		Rows: rows,
	};
	return { ...envelope(at), Reports: [report] };
}

/** What every reply of the accounting API begins with. */
export function envelope(at: Date): Record<string, unknown> {
	return { Id: randomUUID(), Status: 'OK', ProviderName: 'Sandbox', DateTimeUTC: xeroDate(at) };
}

/** `/Date(ms)/`, with `+0000` where Xero writes it. */
function xeroDate(at: Date, offset = ''): string {
	return `/Date(${at.getTime()}${offset})/`;
}

export const row = (RowType: 'Row' | 'SummaryRow' | 'Header', ...cells: Cell[]): ReportRow => ({
	RowType,
	Cells: cells,
});

/** A cell that belongs to an account, as each cell of an account's line does. */
export const accountCell = (account: Pick<LedgerAccount, 'id'>, cell: Cell, id = 'account'): Cell => ({
	...cell,
	Attributes: [{ Value: account.id, Id: id }],
});

const MONTHS = 'January February March April May June July August September October November December'.split(
	' ',
);

/** `28 Feb 18` */
export function shortDate(date: string): string {
	return `${Number(date.slice(8))} ${monthName(date).slice(0, 3)} ${date.slice(2, 4)}`;
}

function titleOf({ fromDate, toDate }: Period): string {
	return `From ${longDate(fromDate)} to ${longDate(toDate)}`;
}

function longDate(date: string): string {
	return `${Number(date.slice(8))} ${monthName(date)} ${date.slice(0, 4)}`;
}

function monthName(date: string): string {
	return MONTHS[Number(date.slice(5, 7)) - 1] ?? '';
}
