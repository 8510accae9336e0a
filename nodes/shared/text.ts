import { isStorable, storable as storableWith } from '../../db/postgres/storable-text';

/** The text with a replacement character where PostgreSQL could not hold it. */
export const storable = (text: string): string => storableWith(text, () => '\uFFFD');

/** The beginning of a text from outside, fit to be shown and stored. */
export function excerpt(text: string, longest = 80): string {
	const cut = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
	return storable(cut);
}

/**
 * The path of the first text within a value that PostgreSQL cannot hold, names of properties included; undefined
 * where all of it can be stored.
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

/** An address without slashes at its end. */
export function withoutEndSlashes(address: string): string {
	let end = address.length;
	while (address[end - 1] === '/') end--;
	return address.slice(0, end);
}
