import { isStorable, storable as storableWith } from '../../db/postgres/storable-text';

/** The text with a replacement character for each character that PostgreSQL cannot store. */
export const storable = (text: string): string => storableWith(text, () => '\uFFFD');

/** A value from outside if it is a text, otherwise an empty one. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The beginning of a text from outside, safe to show and store. */
export function excerpt(text: string, longest = 80): string {
	const cut = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
	return storable(cut);
}

/**
 * The path of the first text in a value, property names included, that PostgreSQL cannot store; undefined if there is
 * none.
 */
export function unstorablePath(value: unknown, path: string): string | undefined {
	if (typeof value === 'string') return isStorable(value) ? undefined : path;
	if (typeof value !== 'object' || value === null) return undefined;
	for (const [key, inner] of Object.entries(value)) {
		const place = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
		const found = isStorable(key) ? unstorablePath(inner, place) : place;
		if (found !== undefined) return found;
	}
	return undefined;
}

/** An address without trailing slashes. */
export function withoutEndSlashes(address: string): string {
	let end = address.length;
	while (address[end - 1] === '/') end--;
	return address.slice(0, end);
}
