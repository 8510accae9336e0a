const REMOVED = '[removed]';
/** This many consecutive characters of a secret, ignoring blanks and punctuation, are not a coincidence. */
const PIECE = 8;
/** Removing a shorter secret would also remove ordinary words. */
const MIN_SECRET = 6;
/** In data, a shorter secret could be a legitimate value. */
const MIN_IN_DATA = 16;
/** No provider's token is longer. Pieces of a longer one would still be removed for their length. */
const MAX_SECRET = 16_384;
/** A provider's error text is shorter; a longer text is cut before it is searched. */
const MAX_TEXT = 8_192;
const MAX_SHOWN = 300;

/**
 * Shortens a text from outside and removes secrets: the known ones, whole or in pieces, also if they are encoded or
 * broken up by blanks or escapes; bearer tokens; and anything else as long and unbroken as a token.
 */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
	return removeKnown(text.slice(0, MAX_TEXT), secrets)
		.replace(/\b(bearer|basic)\s+\S+/gi, `$1 ${REMOVED}`)
		.replace(/[\w.~+/=-]{24,}/g, REMOVED)
		.slice(0, MAX_SHOWN);
}

/** A reply's JSON without the secrets of the request, which no record can legitimately contain. */
export function removeEchoes(json: string, secrets: readonly string[]): string {
	const written = secrets.flatMap((secret) => {
		const escaped = JSON.stringify(secret).slice(1, -1);
		return [secret, escaped, escaped.replaceAll('/', '\\/')];
	});
	return removeExactly(json, [...new Set(written)], MIN_IN_DATA);
}

function removeExactly(text: string, secrets: readonly string[], minLength: number): string {
	return secrets.reduce(
		(rest, secret) => (secret.length < minLength ? rest : rest.replaceAll(secret, REMOVED)),
		text,
	);
}

function removeKnown(text: string, secrets: readonly string[]): string {
	const forms = secrets.filter((secret) => secret.length >= MIN_SECRET).flatMap(listForms);
	const exact = removeExactly(text, secrets, MIN_SECRET);
	if (forms.length === 0) return exact;
	const { letters, places } = extractLetters(exact);
	const pieces = indexPieces(forms);
	const isSecret = new Uint8Array(letters.length);
	for (const [size, known] of pieces) {
		for (let at = 0; at + size <= letters.length; at++) {
			if (known.has(letters.slice(at, at + size))) isSecret.fill(1, at, at + size);
		}
	}
	return blank(exact, places, isSecret);
}

/** Only letters and digits, in lower case, with their positions: separators must not hide a secret. */
function extractLetters(text: string): { letters: string; places: number[] } {
	const places: number[] = [];
	let letters = '';
	for (let at = 0; at < text.length; at++) {
		if (!/[A-Za-z0-9]/.test(text.charAt(at))) continue;
		places.push(at);
		letters += text.charAt(at).toLowerCase();
	}
	return { letters, places };
}

/** The forms that a secret may take: plain, URL-encoded, JSON-escaped, hexadecimal, or base64 at any offset. */
function listForms(whole: string): string[] {
	const secret = whole.slice(0, MAX_SECRET);
	const bytes = Buffer.from(secret, 'utf8');
	const base64 = [0, 1, 2].flatMap((offset) => {
		const text = Buffer.concat([Buffer.alloc(offset), bytes])
			.toString('base64')
			.replace(/={1,2}$/, '');
		// The first and last characters also depend on the bytes around the secret.
		const inner = text.slice(offset && offset + 1);
		return [inner, inner.slice(0, -1)];
	});
	const escaped = [...secret].map((sign) => `u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
	const forms = [
		secret,
		encodeURIComponent(bytes.toString('utf8')),
		escaped,
		bytes.toString('hex'),
		...base64,
	];
	return forms.map((form) => extractLetters(form).letters).filter((form) => form.length >= MIN_SECRET);
}

/** The pieces of all forms, by their length. */
function indexPieces(forms: readonly string[]): Map<number, Set<string>> {
	const pieces = new Map<number, Set<string>>();
	for (const form of forms) {
		const size = Math.min(PIECE, form.length);
		const known = pieces.get(size) ?? new Set<string>();
		for (let at = 0; at + size <= form.length; at++) known.add(form.slice(at, at + size));
		pieces.set(size, known);
	}
	return pieces;
}

function blank(text: string, places: readonly number[], isSecret: Uint8Array): string {
	let result = '';
	let shownThrough = 0;
	for (let at = 0; at < places.length; at++) {
		if (!isSecret[at]) continue;
		result += text.slice(shownThrough, places[at]);
		while (isSecret[at + 1]) at++;
		result += REMOVED;
		shownThrough = places[at]! + 1;
	}
	return result + text.slice(shownThrough);
}
