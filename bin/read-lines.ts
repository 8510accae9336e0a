import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line of the input, counted from 1. */
export interface InputLine {
	number: number;
	/** Undefined if the line is longer than is accepted. */
	text: string | undefined;
}

/** Reads line by line; of a line that is too long no more than `maxLength` characters are ever held. */
export async function* readLines(input: Readable, maxLength: number): AsyncGenerator<InputLine> {
	const decoder = new StringDecoder('utf8');
	let number = 1;
	let text = '';
	let isTooLong = false;
	const end = (): InputLine => {
		const line = { number: number++, text: isTooLong ? undefined : text.replace(/\r$/, '') };
		text = '';
		isTooLong = false;
		return line;
	};
	for await (const chunk of input) {
		const pieces = (typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer)).split('\n');
		for (const [position, piece] of pieces.entries()) {
			if (position > 0) yield end();
			isTooLong ||= text.length + piece.length > maxLength;
			text = isTooLong ? '' : text + piece;
		}
	}
	if (text !== '' || isTooLong) yield end();
}
