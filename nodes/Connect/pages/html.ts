/** Text that is HTML already. Only `html` makes it. */
export class Html {
	constructor(readonly text: string) {}
}

/** What may stand in a template: text and numbers are escaped, `false` and undefined are left out. */
type Part = Html | string | number | false | undefined | readonly Part[];

/** Builds HTML; everything that is put in is escaped unless it was built so itself. Put attribute values in quotes. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
	return new Html(pieces.reduce((text, piece, index) => text + render(parts[index - 1]) + piece));
}

function render(part: Part): string {
	if (part instanceof Html) return part.text;
	if (part === false || part === undefined) return '';
	return typeof part === 'object' ? part.map(render).join('') : escapeText(String(part));
}

/** The only escaping: for text and for attribute values in quotes. */
const escapeText = (text: string): string =>
	text.replace(UNSEEN, '\uFFFD').replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);

/** Control characters, and those that turn the direction of the text around them: a name could pose as another. */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
