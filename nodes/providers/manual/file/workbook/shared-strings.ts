import { MAX_SHARED_TEXT } from '../limits';
import { UnreadableFileError } from '../unreadable-file';
import type { Archive } from './archive';
import { parseXml } from './xml';

/** Reads the strings that cells refer to by index. */
export async function readSharedStrings(archive: Archive, part: string | undefined): Promise<string[]> {
	const strings: string[] = [];
	if (part === undefined || !archive.has(part)) return strings;
	const text = new TextCollector();
	let length = 0;
	await parseXml(archive.read(part), {
		open(name) {
			if (name === 'si') text.clear();
			text.open(name);
		},
		text: (piece) => text.add(piece),
		close(name) {
			text.close(name);
			if (name !== 'si') return;
			const value = text.value;
			length += value.length;
			if (length > MAX_SHARED_TEXT) throw tooMuchText();
			strings.push(value);
		},
	});
	return strings;
}

function tooMuchText(): UnreadableFileError {
	return new UnreadableFileError(
		'The workbook has too much text. Delete the sheets and columns that are not needed, or save it as CSV.',
	);
}

/** Collects the text of an item's runs, without phonetic text. */
export class TextCollector {
	private pieces = '';
	private inText = false;
	private pronounced = false;

	open(name: string): void {
		if (name === 'rPh') this.pronounced = true;
		if (name === 't') this.inText = !this.pronounced;
	}

	add(piece: string): void {
		if (!this.inText) return;
		this.pieces += piece;
		if (this.pieces.length > MAX_SHARED_TEXT) throw tooMuchText();
	}

	close(name: string): void {
		if (name === 't') this.inText = false;
		if (name === 'rPh') this.pronounced = false;
	}

	clear(): void {
		this.pieces = '';
	}

	get value(): string {
		return unescapedText(this.pieces);
	}
}

/** Unescapes characters that XML cannot contain: Excel writes a carriage return as `_x000D_`. */
export function unescapedText(text: string): string {
	if (!text.includes('_x')) return text;
	return text.replace(/_x([\da-f]{4})_/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
