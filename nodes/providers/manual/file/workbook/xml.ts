import { TextDecoder } from 'node:util';

import { parser as createParser, type SAXOptions, type Tag } from 'sax';

import { damaged, UnreadableFileError } from '../unreadable-file';

export type Attributes = Record<string, string>;

/** Handlers for a part's elements. Names are without a namespace prefix. */
export interface XmlHandlers {
	open(name: string, attributes: Attributes): void;
	close?(name: string): void;
	text?(text: string): void;
	/** Checked between chunks: whether to skip the rest. */
	isDone?(): boolean;
}

/** A workbook's parts nest about ten levels deep. */
const MAX_DEPTH = 64;

/** Parses a part chunk by chunk. @throws UnreadableFileError if it is not well-formed, or has a document type definition */
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

/** The package's types lack `strictEntities`, which allows only XML's five predefined entities. */
const OPTIONS: SAXOptions & { strictEntities: boolean } = { strictEntities: true, position: false };

function createSaxParser({ open, close, text }: XmlHandlers) {
	const parser = createParser(true, OPTIONS);
	let depth = 0;
	parser.onerror = (error) => {
		throw damaged(error.message.split('\n')[0]!.slice(0, 200).toLowerCase());
	};
	// Attacks use document types to expand a small file to a large text, or to read other files.
	parser.ondoctype = () => {
		throw new UnreadableFileError(
			'The workbook contains a document type definition, which no spreadsheet program writes. Save it again as XLSX or CSV.',
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

/** Removes the namespace prefix that some programs write: `x:row` becomes `row`. */
export function localName(name: string): string {
	return name.slice(name.indexOf(':') + 1);
}
