import { NodeOperationError, type IExecuteFunctions } from 'n8n-workflow';

import { MAX_FILE_BYTES } from '../providers/manual/file/limits';
import { readFile, tooLarge } from '../providers/manual/file/read-file';
import { UnreadableFileError } from '../providers/manual/file/unreadable-file';
import type { FileReport, FileRow } from '../providers/manual/file/row';
import { completeRow } from '../providers/manual/normalise-custom-metrics';
import { UPLOAD_ACCOUNT } from '../providers/manual';
import type { UploadSettings } from '../providers/provider';
import { readBinary } from '../adapter/binary';
import { nodeError } from '../adapter/errors';
import type { Envelope, StateMessage } from '../shared/messages';
import { eachInTurns } from '../shared/turns';
import { incomingRecord, type OwnIncoming } from './incoming';
import { buildEnvelope, type FileFields, type LooseSettings } from './loose-records';

/**
 * Reads the rows of an item's file, followed by a STATE that counts what was read and what was left out.
 * @throws NodeOperationError if the file cannot be read; then none of its rows are returned
 */
export async function incomingFile(
	context: IExecuteFunctions,
	json: Record<string, unknown>,
	item: number,
	{ file, upload, ...settings }: LooseSettings & { file?: FileFields },
	now: string,
): Promise<OwnIncoming[]> {
	const envelope = buildEnvelope(item, json, settings);
	const { rows, report } = await readItem(context, item, file!, upload!);
	const incoming: OwnIncoming[] = [];
	const takeRow = (row: FileRow): void => {
		const record = { ...completeRow(row, upload!, now), account: UPLOAD_ACCOUNT };
		incoming.push(incomingRecord(record, item, envelope));
	};
	await eachInTurns(rows, takeRow, context.getExecutionCancelSignal());
	incoming.push({ kind: 'state', item, message: endOfFile(envelope, rows.length, report) });
	return incoming;
}

async function readItem(
	context: IExecuteFunctions,
	item: number,
	{ binaryProperty, separator }: FileFields,
	{ columnMap }: UploadSettings,
) {
	try {
		const content = await readBinary(context, item, binaryProperty, MAX_FILE_BYTES);
		if (content === 'missing') throw noFile(context, item, binaryProperty);
		if (content === 'too large') throw tooLarge();
		return await readFile(content, { separator, columnMap }, context.getExecutionCancelSignal());
	} catch (error) {
		if (!(error instanceof UnreadableFileError)) throw nodeError(context.getNode(), error, item);
		// The whole text in the message: the form's page shows nothing else.
		throw new NodeOperationError(context.getNode(), error.message, { itemIndex: item });
	}
}

/** What concerns the workflow is in the description: the person at the form sees the message alone. */
function noFile(context: IExecuteFunctions, itemIndex: number, property: string): NodeOperationError {
	const description = `In a workflow, check Input Binary Field, which is set to "${property}".`;
	const message = 'There is no file: none was chosen, or it is empty. Choose a file.';
	return new NodeOperationError(context.getNode(), message, { description, itemIndex });
}

function endOfFile(envelope: Envelope, rows: number, { empty, notes, warnings }: FileReport): StateMessage {
	const counts = { extracted: rows + empty, skipped: empty };
	return { type: 'STATE', ...envelope, state: null, hasMore: false, counts, notes, warnings };
}
