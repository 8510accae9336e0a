import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';

const MAX_HOPS = 2;

const read = (path: string): string => readFileSync(join(CHECKOUT, path), 'utf8');

/** A heading's anchor at GitHub. Repeated headings do not matter here. */
const toAnchor = (heading: string): string =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.trim()
		.replace(/\s/g, '-');

/** What a reader sees at a link: the page from its top, or the section of the anchor with those below it. */
function readSection(path: string, anchor = ''): string {
	if (anchor === '') return read(path);
	const parts = read(path).split(/^(?=#{1,6} )/m);
	const depth = (part: string) => /^#*/.exec(part)![0].length;
	const first = parts.findIndex((part) => toAnchor(/^#+ (.*)/.exec(part)?.[1] ?? '') === anchor);
	if (first < 0) return '';
	const next = parts.findIndex((part, index) => index > first && depth(part) <= depth(parts[first]!));
	return parts.slice(first, next < 0 ? undefined : next).join('');
}

/** How many links a reader follows from a text to an answer that is in one section; undefined if more than allowed. */
function countHops(page: string, text: string, answer: RegExp[], left = MAX_HOPS): number | undefined {
	if (answer.every((part) => part.test(text))) return 0;
	if (left === 0) return undefined;
	const links = [...text.matchAll(/\]\(([^)\s#:]*\.md)?(?:#([^)\s]+))?\)/g)];
	const hops = links.flatMap(([, path, anchor]) => {
		const target = path === undefined ? page : normalize(join(dirname(page), path));
		return countHops(target, readSection(target, anchor), answer, left - 1) ?? [];
	});
	return hops.length === 0 ? undefined : 1 + Math.min(...hops);
}

/** The lines of the README on which a newcomer who looks for a word finds it. */
const findLines = (word: RegExp): string =>
	read('README.md')
		.split('\n')
		.filter((line) => word.test(line))
		.join('\n');

const QUESTIONS: Array<[question: string, word: RegExp, answer: RegExp[]]> = [
	[
		'how to connect Xero',
		/\bXero\b/,
		[/^## Connect Xero/m, /developer\.xero\.com/, /Redirect URI/, /_Client Secret_/, /first sync/],
	],
	[
		'what a rate_missing means and how it ends',
		/rate_missing/,
		[/^### `rate_missing`/m, /no exchange rate/, /zixly-exchange-rates/, /zixly-replay-rejected/],
	],
	[
		'where a provider is added',
		/provider added/,
		[/^# Adding a provider/m, /nodes\/providers\/registry\.ts/, /credentials\//],
	],
	['how to run one test', /one test/, [/^## Tests/m, /npx jest test\/\S+\.test\.ts -t '/]],
];

describe('a newcomer who begins at the README', () => {
	it.each(QUESTIONS)('finds %s', (_question, word, answer) => {
		const hops = countHops('README.md', findLines(word), answer);
		expect(hops).toBeLessThanOrEqual(MAX_HOPS);
	});

	it('finds no answer that no page gives', () => {
		expect(countHops('README.md', findLines(/Xero/), [/^## Connect Nobody/m])).toBeUndefined();
	});

	it('can run the commands that the README and CONTRIBUTING name', () => {
		const named = ['README.md', 'CONTRIBUTING.md'].flatMap((page) =>
			[...read(page).matchAll(/npx jest (test\/\S+?\.test\.ts)/g)].map(([, path]) => path!),
		);
		expect(named.length).toBeGreaterThanOrEqual(2);
		expect(named.filter((path) => !existsSync(join(CHECKOUT, path)))).toEqual([]);
		const [, file, title] = /npx jest (\S+) -t '([^']+)'/.exec(read('CONTRIBUTING.md'))!;
		expect(read(file!)).toContain(title);
	});
});
