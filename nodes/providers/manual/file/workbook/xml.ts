import { TextDecoder } from 'node:util';

import { parser as createParser, type SAXOptions, type Tag } from 'sax';

import { damaged, FileRefusal } from '../refusal';

export type Attributes = Record<string, string>;

/** What to do with a part's elements; names come without the prefix of their namespace. */
export interface XmlHandlers {
	open(name: string, attributes: Attributes): void;
	close?(name: string): void;
	text?(text: string): void;
	/** Asked between pieces: whether the rest need not be read. */
	isDone?(): boolean;
}

/** The parts of a workbook nest some ten levels deep. */
const MAX_DEPTH = 64;

/** Reads a part piece by piece. @throws FileRefusal where it is no sound XML, or defines entities */
export async function parseXml(chunks: AsyncIterable<Buffer>, handlers: XmlHandlers): Promise<void> {
	const parser = createSaxParser(handlers);
	let decoder: TextDecoder | undefined;
	for await (const chunk of chunks) {
		decoder ??= new TextDecoder(detectEncoding(chunk), { fatal: true });
		parser.write(decoded(decoder, chunk));
		if (handlers.isDone?.()) return;
	}
	if (decoder) parser.write(decoded(decoder));
	parser.close();
}

function detectEncoding(start: Buffer): string {
	if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
	if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
	return 'utf-8';
}

function decoded(decoder: TextDecoder, chunk?: Buffer): string {
	try {
		return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
	} catch {
		throw damaged('its text is not UTF-8');
	}
}

/** Its types do not know the option that leaves XML's own five entities alone. */
const OPTIONS: SAXOptions & { strictEntities: boolean } = { strictEntities: true, position: false };

function createSaxParser({ open, close, text }: XmlHandlers) {
	const parser = createParser(true, OPTIONS);
	let depth = 0;
	parser.onerror = (error) => {
		throw damaged(error.message.split('\n')[0]!.slice(0, 200).toLowerCase());
	};
	// No spreadsheet program writes one: it is how a small file makes a reader build a large text, or open other files.
	parser.ondoctype = () => {
		throw new FileRefusal(
			'The workbook holds a document type definition, which no spreadsheet program writes.',
		);
	};
	parser.onopentag = (tag) => {
		if (++depth > MAX_DEPTH) throw damaged('its elements are nested too deep');
		open(localName(tag.name), (tag as Tag).attributes);
	};
	parser.onclosetag = (name) => {
		depth--;
		close?.(localName(name));
	};
	parser.ontext = (piece) => text?.(piece);
	parser.oncdata = (piece) => text?.(piece);
	return parser;
}

/** `row` of `x:row`: some programs write a prefix. */
export function localName(name: string): string {
	return name.slice(name.indexOf(':') + 1);
}
