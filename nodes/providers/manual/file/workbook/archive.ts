import { crc32 } from 'node:zlib';

import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';

import { MAX_UNPACKED_BYTES } from '../limits';
import { damaged, UnreadableFileError } from '../unreadable-file';

/** Real workbooks have at most hundreds. */
const MAX_ENTRIES = 10_000;

/** The parts of a ZIP file. Stated sizes are not trusted: bytes are counted while unpacking. */
export class Archive {
	private unpacked = 0;

	private constructor(
		private readonly zip: ZipFile,
		private readonly entries: ReadonlyMap<string, Entry>,
	) {}

	/** @throws UnreadableFileError if it is not a valid ZIP file */
	static async open(content: Buffer): Promise<Archive> {
		const entries = new Map<string, Entry>();
		const zip = await orDamaged(fromBufferPromise(content, { lazyEntries: true }));
		if (zip.entryCount > MAX_ENTRIES) throw damaged('it has too many parts');
		await orDamaged(
			(async () => {
				for await (const entry of zip.eachEntry()) addEntry(entries, entry);
			})(),
		);
		return new Archive(zip, entries);
	}

	/** Names of the parts, in lower case. */
	get names(): string[] {
		return [...this.entries.keys()];
	}

	has(name: string): boolean {
		return this.entries.has(name.toLowerCase());
	}

	/** Unpacks a part. @throws UnreadableFileError if it is too large or damaged */
	async *read(name: string): AsyncGenerator<Buffer> {
		const entry = this.entries.get(name.toLowerCase());
		if (!entry) throw damaged(`its part ${name.slice(0, 100)} is missing`);
		const stream = await orDamaged(this.zip.openReadStreamPromise(entry));
		let checksum = 0;
		try {
			for await (const chunk of stream as AsyncIterable<Buffer>) {
				this.count(chunk.length);
				checksum = crc32(chunk, checksum);
				yield chunk;
			}
		} catch (error) {
			throw asDamaged(error);
		} finally {
			stream.destroy();
		}
		if (checksum !== entry.crc32) throw damaged(`the checksum of its part ${name.slice(0, 100)} is wrong`);
	}

	private count(bytes: number): void {
		this.unpacked += bytes;
		if (this.unpacked <= MAX_UNPACKED_BYTES) return;
		throw new UnreadableFileError(
			`The workbook unpacks to more than ${MAX_UNPACKED_BYTES / 1_048_576} MB. Delete the rows, sheets and formats that are not needed, or save it as CSV.`,
		);
	}
}

/** Rejects duplicate names, because programs differ in which part they read. */
function addEntry(entries: Map<string, Entry>, entry: Entry): void {
	const name = entry.fileName.toLowerCase();
	if (entries.has(name)) throw damaged('it has two parts of the same name');
	entries.set(name, entry);
}

async function orDamaged<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw asDamaged(error);
	}
}

function asDamaged(error: unknown): unknown {
	if (error instanceof UnreadableFileError || !(error instanceof Error)) return error;
	return damaged(`${error.message.slice(0, 200).toLowerCase()} (in its ZIP file)`);
}
