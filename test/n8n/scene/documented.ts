import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CHECKOUT } from '../../support/checkout';

/**
 * The lines of a code block of the docs, verbatim but for comments, so that what is tried is what is documented.
 * @param block counts the blocks below the heading from 0
 */
export function readDocumented(page: string, heading: string, block = 0): string[] {
	const text = readFileSync(join(CHECKOUT, page), 'utf8');
	const start = text.indexOf(`\n## ${heading}\n`);
	if (start < 0) throw new Error(`${page} has no heading "${heading}".`);
	const chapter = text.slice(start + 1).split(/\n(?=## )/)[0]!;
	const blocks = [...chapter.matchAll(/^ *```\w+\n([^]*?)\n *```$/gm)].map(([, code]) => code!);
	if (!blocks[block]) throw new Error(`"${heading}" of ${page} has no code block number ${block}.`);
	return blocks[block]
		.split('\n')
		.map((line) => line.replace(/ #.*$/, '').trim())
		.filter(Boolean);
}
