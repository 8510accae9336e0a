import type { SectionKind } from '../provider';
import { plainLabel } from './report';

/** Section titles, normalised by `sectionLabel`. */
const INCOME = [
	'income',
	'trading income',
	'operating income',
	'other income',
	'other operating income',
	'non-operating income',
	'revenue',
	'trading revenue',
	'operating revenue',
	'other revenue',
	'sales',
	'turnover',
];
const EXPENSE = [
	'cost of sales',
	'cost of goods sold',
	'direct costs',
	'direct expenses',
	'expenses',
	'trading expenses',
	'operating expenses',
	'operating costs',
	'other expenses',
	'other operating expenses',
	'non-operating expenses',
	'administrative costs',
	'administrative expenses',
	'overheads',
];
const KNOWN: ReadonlyMap<string, SectionKind> = new Map([
	...INCOME.map((label) => [label, 'income'] as const),
	...EXPENSE.map((label) => [label, 'expense'] as const),
]);

/** Normalises a section's title for comparison: "Less Cost of Sales" becomes "cost of sales". */
export function sectionLabel(title: unknown): string {
	return plainLabel(title)
		.replace(/^(?:less|plus|add):? /, '')
		.replace(/:$/, '');
}

/** What a section counts as. The operator's Section Map takes precedence. Undefined if the section is not known. */
export function classifySection(
	title: unknown,
	own: ReadonlyMap<string, SectionKind>,
): SectionKind | undefined {
	const label = sectionLabel(title);
	return own.get(label) ?? KNOWN.get(label);
}

/** Labels of a report's last line, without spaces and slashes. */
const NET_RESULT = new Set([
	'netprofit',
	'netloss',
	'netprofit(loss)',
	'net(loss)profit',
	'netincome',
	'netincome(loss)',
	'netearnings',
	'netsurplus',
	'netdeficit',
	'netsurplus(deficit)',
]);

/** Labels that count as a net result only with the suffix "after tax". */
const RESULT_AFTER_TAX = new Set([
	...['profit', 'loss', 'profit(loss)', '(loss)profit', 'surplus', 'deficit', 'surplus(deficit)'],
	...['income', 'earnings', 'profitonordinaryactivities', 'profit(loss)onordinaryactivities'],
]);

const AFTER_TAX = / after (?:income )?tax(?:ation|es)?$/;

const withoutBlanks = (label: string): string => label.replace(/[\s/]/g, '');

/** Whether a label is one of the report's net profit, before or after tax. */
export function isNetResult(label: string): boolean {
	const plain = plainLabel(label);
	const result = withoutBlanks(plain.replace(AFTER_TAX, ''));
	return NET_RESULT.has(result) || (AFTER_TAX.test(plain) && RESULT_AFTER_TAX.has(result));
}

/** Whether the label alone means a loss: its figure may then be printed without a minus sign. */
export function isLoss(label: string): boolean {
	return ['net loss', 'net deficit', 'loss', 'deficit'].includes(plainLabel(label).replace(AFTER_TAX, ''));
}

/** Whether a label is a subtotal, which must not be counted again. */
export function isSubtotal(label: string): boolean {
	return /^(?:total\b|(?:gross|operating|trading|net) (?:profit|loss|income|margin|surplus|deficit)|ebitda\b|ebit\b)/.test(
		plainLabel(label),
	);
}
