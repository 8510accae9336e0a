import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';

const read = (path: string): string => readFileSync(join(CHECKOUT, path), 'utf8');

const GLOSSARY = 'docs/glossary.md';

const PAGES = [
	...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
	...readdirSync(join(CHECKOUT, 'docs'), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.md'))
		.map((name) => join('docs', name)),
].filter((page) => page !== GLOSSARY && page !== 'docs/security.md');

const [, ruledOut = ''] = read(GLOSSARY).split('\n## Words not to use in texts\n');

/** The first column of the glossary's last table: words, separated by commas, some with a note in parentheses. */
const WORDS = [...ruledOut.matchAll(/^\| ([^|]+) \|/gm)]
	.flatMap(([, cell]) => cell!.replace(/\([^)]*\)/g, '').split(','))
	.map((word) => word.trim())
	.filter((word) => word !== 'Not' && !word.startsWith('-'));

/** Names are as they are: code, and labels that begin with a capital. */
const withoutCode = (markdown: string): string =>
	markdown.replace(/^ *```[^]*?^ *```$/gm, '').replace(/`[^`\n]*`/g, '');

it('the glossary rules words out', () => {
	expect(WORDS).toEqual(expect.arrayContaining(['mend', 'stands', 'by itself', 'refused', 'unpayable']));
});

describe('the pages use the words of the glossary', () => {
	it.each(PAGES)('%s', (page) => {
		const text = withoutCode(read(page));
		expect(WORDS.filter((word) => new RegExp(`\\b${word}\\b`).test(text))).toEqual([]);
	});
});
