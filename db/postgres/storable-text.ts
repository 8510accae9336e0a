/** NUL, and surrogates without their partner: in unicode mode the class holds lone ones only. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const EVERY_UNSTORABLE = /\0|\p{Surrogate}/gu;

/** Tells whether PostgreSQL can hold a text. */
export function isStorable(text: string): boolean {
	return !UNSTORABLE.test(text);
}

/** The text with what stands for each character that PostgreSQL cannot hold; unless told, its escape, e.g. `\u0000`. */
export function storable(text: string, substitute: (character: string) => string = escape): string {
	return isStorable(text) ? text : text.replace(EVERY_UNSTORABLE, substitute);
}

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
