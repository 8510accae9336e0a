import { UnreadableFileError } from './unreadable-file';

export interface DecodedText {
	text: string;
	encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

/** Decodes UTF-16 with a byte order mark, else valid UTF-8, else Windows-1252, which Excel writes as "CSV" on Windows. */
export function decodeText(content: Buffer): DecodedText {
	const utf16 = utf16Encoding(content);
	if (utf16) {
		const text = decodeStrictly(content, utf16);
		if (text !== undefined) return { text, encoding: 'UTF-16' };
		throw new UnreadableFileError(
			'The file is truncated or damaged: it is not valid UTF-16. Save it again as "CSV UTF-8".',
		);
	}
	const text = decodeStrictly(content, 'utf-8');
	if (text !== undefined) return { text, encoding: 'UTF-8' };
	return { text: decodeWindows1252(content), encoding: 'Windows-1252' };
}

function utf16Encoding(content: Buffer): string | undefined {
	if (content[0] === 0xff && content[1] === 0xfe) return 'utf-16le';
	if (content[0] === 0xfe && content[1] === 0xff) return 'utf-16be';
	return undefined;
}

function decodeStrictly(content: Buffer, encoding: string): string | undefined {
	try {
		return new TextDecoder(encoding, { fatal: true }).decode(content);
	} catch {
		return undefined;
	}
}

/** Windows-1252's characters where Latin-1 has control characters. Spaces are undefined code points. */
const FROM_0X80 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** Replacing all of a large text at once takes many times its size, in one piece. */
const PIECE = 2 ** 16;

// Node's windows-1252 decoder decodes Latin-1 in some Node versions.
function decodeWindows1252(content: Buffer): string {
	let text = '';
	for (let start = 0; start < content.length; start += PIECE) {
		text += content.toString('latin1', start, start + PIECE).replace(/[\x80-\x9f]/g, (sign) => {
			const letter = FROM_0X80[sign.charCodeAt(0) - 0x80]!;
			return letter === ' ' ? sign : letter;
		});
	}
	return text;
}

/** Undefined in Windows-1252: the byte is of another encoding. */
const UNDEFINED = /[\x80-\x9f]/;

/** A UTF-8 character read as Windows-1252: "Ã¼" for "ü". */
const CONTINUATION = '[\\xa0-\\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]';
const MOJIBAKE = new RegExp(
	`[\\xc2-\\xdf]${CONTINUATION}|[\\xe0-\\xef]${CONTINUATION}{2}|[\\xf0-\\xf4]${CONTINUATION}{3}`,
);

/** Whether a text decoded as Windows-1252 is evidently of another encoding, at least in part. */
export function isDoubtful(text: string): boolean {
	return UNDEFINED.test(text) || MOJIBAKE.test(text);
}
