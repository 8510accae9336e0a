import type { SectionKind } from '../normaliser';
import { plainLabel } from './report';

/** Titles of sections, after `sectionLabel`. */
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

/** A section's title in the form that it is compared in: "Less Cost of Sales" is "cost of sales". */
export function sectionLabel(title: unknown): string {
	return plainLabel(title)
		.replace(/^(?:less|plus|add):? /, '')
		.replace(/:$/, '');
}

/** What a section counts as, the operator's word before ours; undefined where nobody knows it. */
export function classifySection(title: unknown, own: ReadonlyMap<string, SectionKind>): SectionKind | undefined {
	const label = sectionLabel(title);
	return own.get(label) ?? KNOWN.get(label);
}

/** The names of a report's last line, without blanks and slashes. */
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

/** What is left once tax is taken off may be called a result without being called net. */
const RESULT_AFTER_TAX = new Set([
	...['profit', 'loss', 'profit(loss)', '(loss)profit', 'surplus', 'deficit', 'surplus(deficit)'],
	...['income', 'earnings', 'profitonordinaryactivities', 'profit(loss)onordinaryactivities'],
]);

const AFTER_TAX = / after (?:income )?tax(?:ation|es)?$/;

const withoutBlanks = (label: string): string => label.replace(/[\s/]/g, '');

/** Tells the report's own net profit, under any of its names, before tax or after it. */
export function isNetResult(label: string): boolean {
	const plain = plainLabel(label);
	const result = withoutBlanks(plain.replace(AFTER_TAX, ''));
	return NET_RESULT.has(result) || (AFTER_TAX.test(plain) && RESULT_AFTER_TAX.has(result));
}

/** A label that says by itself that the figure is a loss, so that it may be printed without a minus. */
export function isLoss(label: string): boolean {
	return ['net loss', 'net deficit', 'loss', 'deficit'].includes(plainLabel(label).replace(AFTER_TAX, ''));
}

/** Totals that other totals are made of; they are not counted again. */
export function isSubtotal(label: string): boolean {
	return /^(?:total\b|(?:gross|operating|trading|net) (?:profit|loss|income|margin|surplus|deficit)|ebitda\b|ebit\b)/.test(
		plainLabel(label),
	);
}
