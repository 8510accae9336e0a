import { FileRefusal } from './refusal';

export interface DecodedText {
	text: string;
	encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

/** UTF-16 where its mark says so, else UTF-8 where every byte agrees, else what Excel writes as "CSV" on Windows. */
export function decodeText(content: Buffer): DecodedText {
	const utf16 = utf16Encoding(content);
	if (utf16) {
		const text = decodeStrictly(content, utf16);
		if (text !== undefined) return { text, encoding: 'UTF-16' };
		throw new FileRefusal(
			'The file is cut off or damaged: it is not the UTF-16 that it claims to be. Save it again as "CSV UTF-8".',
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

/** What Windows-1252 has where Latin-1 has control characters; blanks are undefined. */
const FROM_0X80 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

// Node's own decoder of that name decodes Latin-1 in some of its versions.
function decodeWindows1252(content: Buffer): string {
	return content.toString('latin1').replace(/[\x80-\x9f]/g, (sign) => {
		const letter = FROM_0X80[sign.charCodeAt(0) - 0x80]!;
		return letter === ' ' ? sign : letter;
	});
}

/** Windows-1252 has no letters there: the byte was one of another encoding. */
const UNDEFINED = /[\x80-\x9f]/;

/** A letter of UTF-8, read as Windows-1252: "Ã¼" for "ü". */
const CONTINUATION = '[\\xa0-\\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]';
const MOJIBAKE = new RegExp(
	`[\\xc2-\\xdf]${CONTINUATION}|[\\xe0-\\xef]${CONTINUATION}{2}|[\\xf0-\\xf4]${CONTINUATION}{3}`,
);

/** Whether a text that was taken for Windows-1252 shows that it is something else, at least in part. */
export function isDoubtful(text: string): boolean {
	return UNDEFINED.test(text) || MOJIBAKE.test(text);
}
