/** What a number format makes of a number. */
export type NumberKind =
	| { is: 'number' }
	| { is: 'date' }
	| { is: 'time' }
	/** Shown a hundred times as large for each sign. */
	| { is: 'percent'; signs: number }
	/** Shown with zeros before it, up to so many digits. */
	| { is: 'padded'; digits: number };

const NUMBER: NumberKind = { is: 'number' };
const DATE: NumberKind = { is: 'date' };
const TIME: NumberKind = { is: 'time' };

/** The formats that a workbook need not spell out. */
const BUILT_IN = new Map<number, NumberKind>([
	...[9, 10].map((id) => [id, { is: 'percent', signs: 1 }] as [number, NumberKind]),
	...[14, 15, 16, 17, 22].map((id) => [id, DATE] as [number, NumberKind]),
	...[18, 19, 20, 21, 45, 46, 47].map((id) => [id, TIME] as [number, NumberKind]),
	// Of East Asian languages; 32 to 35 and 55, 56 are times in some and dates in others.
	...[27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, DATE] as [number, NumberKind]),
]);

/** A longer code is no person's; the patterns below need not meet it. */
const MAX_CODE = 1_000;

/** What the format is, by its number and, where the workbook spells it out, its code. */
export function numberKind(id: number, code: string | undefined): NumberKind {
	if (code === undefined) return BUILT_IN.get(id) ?? NUMBER;
	return code.length > MAX_CODE ? NUMBER : kindOfCode(code);
}

function kindOfCode(code: string): NumberKind {
	const bare = withoutLiterals(code);
	// The first section is that of positive numbers; one that is empty hides them.
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

/** The code without what is only shown: quoted text, escaped and filled signs, colours, currencies, conditions. */
function withoutLiterals(code: string): string {
	return code
		.replace(/"[^"]*"?/g, '')
		.replace(/[\\_*][\s\S]/g, '')
		.replace(/\[(?!(?:h+|m+|s+)\])[^\]]*\]?/gi, '');
}
