/** NUL and lone surrogates: in unicode mode the class matches no surrogate of a pair. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const EVERY_UNSTORABLE = /\0|\p{Surrogate}/gu;

/** Whether PostgreSQL can store a text. */
export function isStorable(text: string): boolean {
	return !UNSTORABLE.test(text);
}

/** Replaces each character that PostgreSQL cannot store; by default by its escape, such as `\u0000`. */
export function storable(text: string, substitute: (character: string) => string = escape): string {
	return isStorable(text) ? text : text.replace(EVERY_UNSTORABLE, substitute);
}

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
