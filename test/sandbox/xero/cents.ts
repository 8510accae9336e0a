/** Whole cents as a decimal string with two places: -1 → "-0.01". */
export function decimalOf(cents: number): string {
	const digits = String(Math.abs(cents)).padStart(3, '0');
	return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** A decimal string with at most two places as whole cents. */
export function centsOf(decimal: string): number {
	const match = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/.exec(decimal);
	if (!match)
		throw new Error(`"${decimal}" is no amount. Give digits with at most two places, as in "-12.34".`);
	const cents = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'));
	return match[1] === '-' && cents !== 0 ? -cents : cents;
}
