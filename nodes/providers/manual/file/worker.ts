import { parentPort, workerData } from 'node:worker_threads';

import { readContent, type FileSettings } from './read-content';
import { FileRefusal } from './refusal';
import type { FileReport, FileRow } from './row';

export interface WorkerInput {
	content: Uint8Array;
	settings: FileSettings;
}

export type WorkerMessage =
	| { rows: FileRow[] }
	| { report: FileReport }
	| { refusal: string }
	| { failure: string };

/** Rows per message. Keeps the receiver's event loop responsive between messages. */
const BATCH = 2_000;

async function main(
	{ content, settings }: WorkerInput,
	post: (message: WorkerMessage) => void,
): Promise<void> {
	let rows: FileRow[] = [];
	const send = (): void => {
		post({ rows });
		rows = [];
	};
	try {
		const report = await readContent(Buffer.from(content), settings, (row) => {
			if (rows.push(row) >= BATCH) send();
		});
		send();
		post({ report });
	} catch (error) {
		if (error instanceof FileRefusal) post({ refusal: error.message });
		else post({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
	}
}

if (parentPort) {
	const port = parentPort;
	void main(workerData as WorkerInput, (message) => port.postMessage(message));
}
