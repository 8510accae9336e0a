import { isSafeNumber, parse } from 'lossless-json';

import { toAmount } from '../../shared/money';

/** Far deeper than any valid reply; n8n fails at a few thousand levels. */
const MAX_LEVELS = 200;

/** More digits than an amount of money has. They come from a float printed in full, and the last ones mean nothing. */
const MAX_DIGITS = 40;

/** Assigning this property would allow prototype pollution. */
const PROTOTYPE = '__proto__';

/**
 * Parses the JSON of a reply. A number that JavaScript cannot hold exactly becomes text with all its digits and no
 * exponent; all others stay numbers, as in n8n's own nodes.
 * @param redact properties to remove, at any depth
 * @returns undefined if the text is not JSON or is nested too deeply
 */
export function parseJson(text: string, redact: readonly string[] = []): unknown {
	try {
		const json: unknown = JSON.parse(text);
		const dropped = new Set([...redact, PROTOTYPE]);
		if (!prune(json, dropped)) return undefined;
		if (!LONG_NUMBER.test(text)) return json;
		// Far slower, and only safe once the nesting is known to be shallow.
		const exact = parse(text, null, { parseNumber: readNumber, onDuplicateKey: ({ newValue }) => newValue });
		prune(exact, dropped);
		return exact;
	} catch {
		return undefined;
	}
}

/** A number that may not fit a double: 16 digits or more, or a large exponent. A match inside a string is harmless. */
const LONG_NUMBER = /(?:^|[:,[\s])-?(?:\d[\d.]{15}|\d[\d.]{0,15}e[+-]?\d{3})/i;

function readNumber(source: string): number | string {
	if (isSafeNumber(source)) return Number(source);
	const amount = toAmount(source);
	if (Math.abs(amount.e) > MAX_DIGITS) return source;
	return amount.precision() > MAX_DIGITS ? Number(source) : amount.toFixed();
}

/** Removes the properties with these names; false if the nesting is too deep. */
function prune(json: unknown, dropped: ReadonlySet<string>): boolean {
	let level: object[] = isContainer(json) ? [json] : [];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth === MAX_LEVELS) return false;
		const next: object[] = [];
		for (const container of level) pruneOne(container as Record<string, unknown>, dropped, next);
		level = next;
	}
	return true;
}

function pruneOne(container: Record<string, unknown>, dropped: ReadonlySet<string>, next: object[]): void {
	if (Array.isArray(container)) {
		for (const value of container as unknown[]) if (isContainer(value)) next.push(value);
		return;
	}
	for (const name of Object.keys(container)) {
		if (dropped.has(name)) delete container[name];
		else if (isContainer(container[name])) next.push(container[name]);
	}
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;
