/** How a number format displays a number. */
export type NumberKind =
	| { is: 'number' }
	| { is: 'date' }
	| { is: 'time' }
	/** Displayed a hundred times as large per percent sign. */
	| { is: 'percent'; signs: number }
	/** Displayed with leading zeros, up to this number of digits. */
	| { is: 'padded'; digits: number };

const NUMBER: NumberKind = { is: 'number' };
const DATE: NumberKind = { is: 'date' };
const TIME: NumberKind = { is: 'time' };

/** Built-in formats, which a workbook does not define. */
const BUILT_IN = new Map<number, NumberKind>([
	...[9, 10].map((id) => [id, { is: 'percent', signs: 1 }] as [number, NumberKind]),
	...[14, 15, 16, 17, 22].map((id) => [id, DATE] as [number, NumberKind]),
	...[18, 19, 20, 21, 45, 46, 47].map((id) => [id, TIME] as [number, NumberKind]),
	// For East Asian languages. 32 to 35, 55 and 56 are times in some and dates in others.
	...[27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, DATE] as [number, NumberKind]),
]);

/** Longer codes are not written by people, and are not matched against the patterns below. */
const MAX_CODE = 1_000;

/** The kind of a format, by its code if the workbook defines one, else by its id. */
export function numberKind(id: number, code: string | undefined): NumberKind {
	if (code === undefined) return BUILT_IN.get(id) ?? NUMBER;
	return code.length > MAX_CODE ? NUMBER : kindOfCode(code);
}

function kindOfCode(code: string): NumberKind {
	const bare = withoutLiterals(code);
	// The first section applies to positive numbers. An empty one hides them.
	const [first = ''] = bare.split(';');
	const signs = first.match(/%/g)?.length ?? 0;
	if (signs > 0) return { is: 'percent', signs };
	if (/^0{2,}$/.test(first.trim()) && !/[^0;\s]/.test(bare))
		return { is: 'padded', digits: first.trim().length };
	const letters = first.toLowerCase().replace(/general|am\/pm|a\/p|e[+-]/g, '');
	if (/[ydgb]|aaa|e/.test(letters)) return DATE;
	if (/[hs]|\[m/.test(letters)) return TIME;
	return /m/.test(letters) ? DATE : NUMBER;
}

/** Removes literals: quoted text, escaped and fill characters, colours, currencies, conditions. */
function withoutLiterals(code: string): string {
	return code
		.replace(/"[^"]*"?/g, '')
		.replace(/[\\_*][\s\S]/g, '')
		.replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]?/gi, '');
}
