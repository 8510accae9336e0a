import type { ColumnMap } from '../columns';
import { fileKind } from './kind';
import { UnreadableFileError } from './unreadable-file';
import type { FileReport, RowSink } from './row';
import { readSeparated, type SeparatorChoice } from './separated';
import type { Upload } from './table';
import { readWorkbook } from './workbook/workbook';

/** A person's settings for reading a file. */
export interface FileSettings {
	separator: SeparatorChoice;
	columnMap: ColumnMap;
}

/**
 * Reads a CSV file or an XLSX workbook, detected by its content, and passes its rows to the sink.
 * @throws UnreadableFileError if it is neither, or cannot be read completely; then the rows in the sink must be discarded
 */
export async function readContent(
	content: Buffer,
	{ separator, columnMap }: FileSettings,
	sink: RowSink,
): Promise<FileReport> {
	const report: FileReport = { kind: '', notes: [], warnings: [], empty: 0 };
	const upload: Upload = { map: columnMap, sink, report, rows: 0, characters: 0 };
	if (fileKind(content) === 'zip') await readWorkbook(content, upload);
	else readSeparated(content, separator, upload);
	if (upload.rows === 0) {
		throw new UnreadableFileError(
			'There are no rows below the header. Fill in the rows, and upload the file again.',
		);
	}
	return report;
}
