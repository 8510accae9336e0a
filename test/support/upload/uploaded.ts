import { readContent, type FileSettings } from '../../../nodes/providers/manual/file/read-content';
import type { FileReport, FileRow } from '../../../nodes/providers/manual/file/row';
import { completeRow, customMetrics } from '../../../nodes/providers/manual/normalise-custom-metrics';
import { UPLOAD_ACCOUNT } from '../../../nodes/providers/manual';
import type { NormaliseSettings, UploadSettings } from '../../../nodes/providers/provider';
import { Conversion } from '../../../nodes/shared/conversion';
import { catchRejection, Rejection } from '../../../nodes/shared/rejection';

/** How the person says that the file is written. */
export type UploadChoices = Partial<UploadSettings & FileSettings>;

export interface UploadedFile {
	/** `client | metric | value | unit | day` of each row that would be stored. */
	lines: string[];
	/** `line: code` of each other, with the sheet before it. */
	rejected: string[];
	/** Why those were rejected. */
	reasons: string[];
	report: FileReport;
}

const NO_SETTINGS = {} as NormaliseSettings;

/** Reads a file and normalises its rows, as Transform does, but in this thread. */
export async function uploadedFile(
	content: Buffer | string,
	choices: UploadChoices = {},
): Promise<UploadedFile> {
	const { separator = 'Detect', columnMap = {} } = choices;
	const rows: FileRow[] = [];
	const report = await readContent(Buffer.from(content), { separator, columnMap }, (row) => rows.push(row));
	const upload = { numberFormat: '1,234.56', dateFormat: 'YYYY-MM-DD', columnMap, ...choices } as const;
	const uploaded: UploadedFile = { lines: [], rejected: [], reasons: [], report };
	for (const row of rows) take(row, upload, uploaded);
	return uploaded;
}

function take(row: FileRow, upload: UploadSettings, uploaded: UploadedFile): void {
	const completed = completeRow(row, upload, '2026-11-23T01:00:00.000Z');
	const raw = { ...completed, stream: 'customMetrics', account: UPLOAD_ACCOUNT, syncRunId: null };
	const result = catchRejection(() => customMetrics.normalise(raw, NO_SETTINGS, new Conversion([])));
	if (result instanceof Rejection) {
		uploaded.rejected.push(`${row.sheet === undefined ? '' : `${row.sheet} `}${row.line}: ${result.code}`);
		uploaded.reasons.push(result.message);
		return;
	}
	for (const { client, row: metric } of result.rows) {
		const { metricName, metricValue, unit, recordDate } = metric as Record<string, unknown>;
		const day = String(recordDate).slice(0, 10);
		const value = String(metricValue).replace(/\.?0+$/, '');
		uploaded.lines.push(
			[client.clientId ?? client.clientName, metricName, value, unit ?? '', day].join(' | '),
		);
	}
}

/** What the file is refused with as a whole. */
export async function refusalOf(content: Buffer | string, choices?: UploadChoices): Promise<string> {
	try {
		const { lines, report } = await uploadedFile(content, choices);
		return `LOADED ${JSON.stringify({ lines, report })}`;
	} catch (error) {
		if ((error as Error).name === 'UnreadableFileError') return (error as Error).message;
		throw error;
	}
}
