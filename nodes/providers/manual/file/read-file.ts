import { fork, type ChildProcess } from 'node:child_process';
import { extname, join, parse } from 'node:path';

import { Semaphore } from '../../../shared/concurrency';
import { MAX_FILE_BYTES, MAX_HEAP_MB, MAX_READ_MS } from './limits';
import type { FileSettings } from './read-content';
import { UnreadableFileError } from './unreadable-file';
import type { FileReport, FileRow } from './row';
import type { ReaderInput, ReaderMessage } from './reader-process';

export interface ReadFile {
	rows: FileRow[];
	report: FileReport;
}

/** Limits concurrent reads: each may use a processor core and its share of memory. */
const slots = new Semaphore(2);

/**
 * Reads an uploaded file in a process of its own, so that nothing in it can block or end n8n. A worker thread would not
 * do: an allocation that exceeds its heap by far ends the whole process.
 * @throws UnreadableFileError if it cannot be read, with what to do; the signal's reason if it was cancelled
 */
export async function readFile(
	content: Uint8Array,
	settings: FileSettings,
	signal?: AbortSignal,
): Promise<ReadFile> {
	if (content.byteLength > MAX_FILE_BYTES) throw tooLarge();
	return await slots.run(async () => await readInProcess({ content, settings }, signal), signal);
}

/** The error for a file above the size limit. */
export function tooLarge(): UnreadableFileError {
	return new UnreadableFileError(
		`The file is larger than ${MAX_FILE_BYTES / 1_048_576} MB. Split it into several files, or delete what is not needed.`,
	);
}

async function readInProcess(input: ReaderInput, signal?: AbortSignal): Promise<ReadFile> {
	signal?.throwIfAborted();
	const reader = startReader();
	const stop = new AbortController();
	const timer = setTimeout(() => stop.abort(tooLong()), MAX_READ_MS);
	try {
		reader.send(input, () => undefined); // If sending fails, the process ends, which is reported.
		return await awaitResult(reader, signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
	} finally {
		clearTimeout(timer);
		reader.kill('SIGKILL');
	}
}

/** @throws UnreadableFileError if the system does not let n8n start a process, as with Node.js's permission model */
function startReader(): ChildProcess {
	try {
		return forkReader();
	} catch (error) {
		throw cannotStart(error as Error);
	}
}

function forkReader(): ChildProcess {
	// Tests run the reader from its TypeScript source.
	const extension = extname(__filename);
	const heap = [`--max-old-space-size=${MAX_HEAP_MB}`, '--max-semi-space-size=16'];
	return fork(join(__dirname, `reader-process${extension}`), {
		execArgv: extension === '.ts' ? [...heap, '--require', require.resolve('tsx/cjs')] : heap,
		serialization: 'advanced',
		stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
		// It parses untrusted files, so it gets no environment variables, which may hold secrets.
		env: {},
		// Where a core dump would go, which most logins may not write there.
		cwd: parse(process.execPath).root,
	});
}

async function awaitResult(reader: ChildProcess, signal: AbortSignal): Promise<ReadFile> {
	const rows: FileRow[] = [];
	return await new Promise((resolve, reject) => {
		reader.on('message', (message: ReaderMessage) => {
			if ('rows' in message) for (const row of message.rows) rows.push(row);
			else if ('report' in message) resolve({ rows, report: message.report });
			else if ('unreadable' in message) reject(new UnreadableFileError(message.unreadable));
			else reject(new Error(message.failure));
		});
		reader.on('error', (error) => reject(reader.pid === undefined ? cannotStart(error) : error));
		// Not before the channel is closed: it may still hold messages.
		reader.on('exit', (code, by) => {
			const rejectEarly = (): void => reject(endedEarly(code, by));
			if (reader.connected) reader.once('disconnect', rejectEarly);
			else rejectEarly();
		});
		signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
	});
}

/** How Node.js ends when its heap is full, and how the system ends a process for which it has no memory. */
const OUT_OF_MEMORY: ReadonlyArray<number | string | null> = ['SIGABRT', 134, 'SIGKILL'];

function endedEarly(code: number | null, signal: NodeJS.Signals | null): Error {
	if (OUT_OF_MEMORY.includes(signal ?? code)) return tooMuchMemory();
	return new Error(`The file reader ended unexpectedly (${signal ?? code}).`);
}

function cannotStart(error: Error): UnreadableFileError {
	return new UnreadableFileError(
		`Files are read in a process of their own, which the system did not let n8n start: ${error.message}. Nothing was loaded. Check the limits of memory and processes of n8n's container or service, then upload the file again.`,
		{ cause: error },
	);
}

function tooMuchMemory(): UnreadableFileError {
	return new UnreadableFileError(
		`Reading the file takes more than ${MAX_HEAP_MB} MB of memory. Delete the sheets, rows and columns that are not needed, or save it as CSV.`,
	);
}

function tooLong(): UnreadableFileError {
	return new UnreadableFileError(
		`Reading the file takes longer than ${MAX_READ_MS / 60_000} minutes. Delete the sheets, rows and columns that are not needed, or save it as CSV.`,
	);
}
