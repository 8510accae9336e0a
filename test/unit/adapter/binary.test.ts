import { Readable } from 'node:stream';

import type { IExecuteFunctions } from 'n8n-workflow';
import { describe, expect, it } from '@jest/globals';

import { readBinary } from '../../../nodes/adapter/binary';

const CONTENT = Buffer.from('Client ID,Metric,Value,Date\n');

/** An item's file as n8n keeps it: in the item itself, or elsewhere and given as a stream. */
function contextWith(file: object | undefined, pieces: Buffer[] = []) {
	let given = 0;
	const stream = Readable.from(
		(function* () {
			for (const piece of pieces) {
				given++;
				yield piece;
			}
		})(),
	);
	const context = {
		getInputData: () => [{ json: {}, ...(file && { binary: { file } }) }],
		helpers: { getBinaryStream: () => Promise.resolve(stream) },
	};
	return { context: context as unknown as IExecuteFunctions, given: () => given };
}

const read = async (context: IExecuteFunctions, limit = 1_000) => await readBinary(context, 0, 'file', limit);

describe('the file of an item', () => {
	it('is read from the item itself', async () => {
		const { context } = contextWith({ data: CONTENT.toString('base64') });
		expect(await read(context)).toEqual(CONTENT);
		expect(await read(context, CONTENT.length)).toEqual(CONTENT);
		expect(await read(context, CONTENT.length - 1)).toBe('too large');
		expect(await read(context, 5)).toBe('too large');
	});

	it.each(['filesystem-v2:1', 'database:1', 's3:1'])('is read from where n8n keeps it: %s', async (id) => {
		const { context } = contextWith({ id, data: '' }, [CONTENT.subarray(0, 7), CONTENT.subarray(7)]);
		expect(await read(context)).toEqual(CONTENT);
	});

	it('is not taken into memory beyond the limit, whatever size it states', async () => {
		const pieces = Array<Buffer>(100).fill(Buffer.alloc(300));
		const { context, given } = contextWith({ id: 'filesystem-v2:1', data: '', bytes: 3 }, pieces);
		expect(await read(context)).toBe('too large');
		expect(given()).toBeLessThan(100);
	});

	it('is missing where the item has none', async () => {
		expect(await read(contextWith(undefined).context)).toBe('missing');
	});
});
