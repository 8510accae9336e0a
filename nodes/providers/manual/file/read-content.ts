import type { ColumnMap } from '../columns';
import { fileKind } from './kind';
import { FileRefusal } from './refusal';
import type { FileReport, RowSink } from './row';
import { readSeparated, type SeparatorChoice } from './separated';
import type { Upload } from './table';
import { readWorkbook } from './workbook/workbook';

/** What a person says of a file. */
export interface FileSettings {
	separator: SeparatorChoice;
	columnMap: ColumnMap;
}

/**
 * Reads a CSV file or an XLSX workbook, whichever the content is, and gives its rows to the sink.
 * @throws FileRefusal where it is neither, or cannot be read whole; then what the sink got is to be thrown away
 */
export async function readContent(
	content: Buffer,
	{ separator, columnMap }: FileSettings,
	sink: RowSink,
): Promise<FileReport> {
	const report: FileReport = { kind: '', notes: [], warnings: [], empty: 0 };
	const upload: Upload = { map: columnMap, sink, report, rows: 0 };
	if (fileKind(content) === 'zip') await readWorkbook(content, upload);
	else readSeparated(content, separator, upload);
	if (upload.rows === 0) {
		throw new FileRefusal('There is no row below the header. Fill in the rows, and upload the file again.');
	}
	return report;
}
