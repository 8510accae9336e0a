import type { PreparedRow } from './prepare';

/** Far below the limits of a JavaScript string and of a message to PostgreSQL. */
const MAX_CHARACTERS = 64 * 2 ** 20;

/** Splits rows into lists small enough for one statement each, in order; a larger row gets its own. */
export function splitIntoParts(rows: readonly PreparedRow[]): PreparedRow[][] {
	const parts: PreparedRow[][] = [[]];
	let characters = 0;
	for (const row of rows) {
		const size = measureRow(row);
		characters += size;
		if (characters > MAX_CHARACTERS && parts.at(-1)!.length > 0) {
			parts.push([]);
			characters = size;
		}
		parts.at(-1)!.push(row);
	}
	return parts;
}

/** The number of characters of the row in a statement. */
function measureRow({ values, metadata, recordId, version, origin }: PreparedRow): number {
	let size =
		measureText(metadata) + measureText(recordId) + measureText(version) + (origin?.json.length ?? 0);
	for (const value of values) size += measureText(value);
	return size;
}

const measureText = (text: string | null): number => text?.length ?? 0;
