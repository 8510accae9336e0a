import type { IExecuteFunctions } from 'n8n-workflow';

const CHUNK = 256 * 1024;

/** The bytes of an item's file, wherever n8n stores it. Files larger than `limit` are not loaded into memory. */
export async function readBinary(
	context: IExecuteFunctions,
	item: number,
	property: string,
	limit: number,
): Promise<Buffer | 'missing' | 'too large'> {
	const data = context.getInputData()[item]?.binary?.[property];
	if (!data) return 'missing';
	if (!data.id) return inMemory(data.data, limit);
	const pieces: Buffer[] = [];
	let size = 0;
	for await (const piece of await context.helpers.getBinaryStream(data.id, CHUNK)) {
		pieces.push(piece as Buffer);
		size += (piece as Buffer).length;
		if (size > limit) return 'too large';
	}
	return Buffer.concat(pieces);
}

function inMemory(base64: string, limit: number): Buffer | 'too large' {
	// Base64 takes four characters for three bytes.
	if (base64.length * 0.75 > limit + 3) return 'too large';
	const content = Buffer.from(base64, 'base64');
	return content.length > limit ? 'too large' : content;
}
