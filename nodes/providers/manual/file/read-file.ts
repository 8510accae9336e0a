import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { Semaphore } from '../../../shared/concurrency';
import { MAX_FILE_BYTES, MAX_HEAP_MB, MAX_READ_MS } from './limits';
import type { FileSettings } from './read-content';
import { FileRefusal } from './refusal';
import type { FileReport, FileRow } from './row';
import type { WorkerInput, WorkerMessage } from './worker';

export interface ReadFile {
	rows: FileRow[];
	report: FileReport;
}

/** Limits concurrent reads: each may use a processor core and its share of memory. */
const slots = new Semaphore(2);

/**
 * Reads an uploaded file in a worker thread, so that neither its size nor a parser bug can block or crash the process.
 * @throws FileRefusal if it cannot be read, with what to do; the signal's reason if it was cancelled
 */
export async function readFile(
	content: Uint8Array,
	settings: FileSettings,
	signal?: AbortSignal,
): Promise<ReadFile> {
	if (content.byteLength > MAX_FILE_BYTES) throw tooLarge();
	return await slots.run(async () => await readInWorker({ content, settings }, signal));
}

/** The error for a file above the size limit. */
export function tooLarge(): FileRefusal {
	return new FileRefusal(
		`The file is larger than ${MAX_FILE_BYTES / 1_048_576} MB. Split it into several files, or delete what is not needed.`,
	);
}

async function readInWorker(input: WorkerInput, signal?: AbortSignal): Promise<ReadFile> {
	signal?.throwIfAborted();
	const worker = startWorker(input);
	const stop = new AbortController();
	const timer = setTimeout(() => stop.abort(tooLong()), MAX_READ_MS);
	try {
		return await awaitResult(worker, signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
	} finally {
		clearTimeout(timer);
		await worker.terminate();
	}
}

function startWorker(workerData: WorkerInput): Worker {
	// Tests run the worker from its TypeScript source.
	const extension = extname(__filename);
	return new Worker(join(__dirname, `worker${extension}`), {
		workerData,
		execArgv: extension === '.ts' ? ['--require', 'tsx/cjs'] : [],
		// The worker parses untrusted files, so it gets no environment variables, which may hold secrets.
		env: {},
		resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: 32 },
	});
}

async function awaitResult(worker: Worker, signal: AbortSignal): Promise<ReadFile> {
	const rows: FileRow[] = [];
	return await new Promise((resolve, reject) => {
		worker.on('message', (message: WorkerMessage) => {
			if ('rows' in message) for (const row of message.rows) rows.push(row);
			else if ('report' in message) resolve({ rows, report: message.report });
			else if ('refusal' in message) reject(new FileRefusal(message.refusal));
			else reject(new Error(message.failure));
		});
		worker.on('error', (error: Error & { code?: string }) =>
			reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuchMemory() : error),
		);
		worker.on('exit', () => reject(new Error('The file reader exited unexpectedly.')));
		signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
	});
}

function tooMuchMemory(): FileRefusal {
	return new FileRefusal(
		`Reading the file takes more than ${MAX_HEAP_MB} MB of memory. Delete the sheets, rows and columns that are not needed, or save it as CSV.`,
	);
}

function tooLong(): FileRefusal {
	return new FileRefusal(
		`Reading the file takes longer than ${MAX_READ_MS / 60_000} minutes. Delete the sheets, rows and columns that are not needed, or save it as CSV.`,
	);
}
