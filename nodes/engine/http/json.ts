import { isSafeNumber, parse } from 'lossless-json';

import { toAmount } from '../../shared/money';

/** Far deeper than any reply that means something; n8n fails at a few thousand levels. */
const MAX_LEVELS = 200;

/** More digits than money has: what prints them computes with floats, and its last digits mean nothing. */
const MAX_DIGITS = 40;

/** The name that would be a way into every object of the process. */
const PROTOTYPE = '__proto__';

/**
 * The JSON of a reply. A number that JavaScript cannot hold exactly becomes text with all its digits and no exponent;
 * all others stay numbers, as n8n's own nodes have them.
 * @param redact properties that are left out, at whatever depth they stand
 * @returns undefined where the text is no JSON, or is nested deeper than any reply
 */
export function parseJson(text: string, redact: readonly string[] = []): unknown {
	try {
		const json: unknown = JSON.parse(text);
		const dropped = new Set([...redact, PROTOTYPE]);
		if (!prune(json, dropped)) return undefined;
		if (!LONG_NUMBER.test(text)) return json;
		// Slower by far, and only safe where the nesting is known to be shallow.
		const exact = parse(text, null, { parseNumber: readNumber, onDuplicateKey: ({ newValue }) => newValue });
		prune(exact, dropped);
		return exact;
	} catch {
		return undefined;
	}
}

/** A number that may not fit a double: sixteen digits and more, or a large exponent. In a text it does no harm. */
const LONG_NUMBER = /(?:^|[:,[\s])-?(?:\d[\d.]{15}|\d[\d.]{0,15}e[+-]?\d{3})/i;

function readNumber(source: string): number | string {
	if (isSafeNumber(source)) return Number(source);
	const amount = toAmount(source);
	if (Math.abs(amount.e) > MAX_DIGITS) return source;
	return amount.precision() > MAX_DIGITS ? Number(source) : amount.toFixed();
}

/** Takes the properties of these names out; false where something stands deeper than any reply goes. */
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
