import { Worker } from 'node:worker_threads';

import { MAX_READ_MS } from './limits';
import { readContent, type FileSettings } from './read-content';
import { UnreadableFileError } from './unreadable-file';
import { countCharacters, type FileReport, type FileRow } from './row';

export interface ReaderInput {
	content: Uint8Array;
	settings: FileSettings;
}

export type ReaderMessage =
	| { rows: FileRow[] }
	| { report: FileReport }
	| { unreadable: string }
	| { failure: string };

/** Rows and characters per message. Keeps the receiver's event loop responsive between messages. */
const BATCH_ROWS = 2_000;
const BATCH_CHARACTERS = 2 ** 20;

async function main({ content, settings }: ReaderInput): Promise<ReaderMessage> {
	let [rows, characters]: [FileRow[], number] = [[], 0];
	const sendContent = (): void => {
		process.send!({ rows } satisfies ReaderMessage);
		[rows, characters] = [[], 0];
	};
	try {
		const report = await readContent(Buffer.from(content), settings, (row) => {
			characters += countCharacters(row);
			if (rows.push(row) >= BATCH_ROWS || characters >= BATCH_CHARACTERS) sendContent();
		});
		sendContent();
		return { report };
	} catch (error) {
		if (error instanceof UnreadableFileError) return { unreadable: error.message };
		return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
	}
}

// A thread of its own, since the parser does not yield: the process ends when the one that started it is gone, and
// a little after the time limit, at which it is usually ended.
const WATCHDOG = `
	const end = () => process.kill(process.pid, 'SIGKILL');
	setTimeout(end, ${MAX_READ_MS + 10_000});
	setInterval(() => process.ppid === ${process.ppid} || end(), 500);
`;

if (process.send) {
	new Worker(WATCHDOG, { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 8 } }).unref();
	process.once('message', (input) => {
		void main(input as ReaderInput).then((last) => process.send!(last, () => process.disconnect()));
	});
	// The process that asked is gone.
	process.once('disconnect', () => process.exit());
}
