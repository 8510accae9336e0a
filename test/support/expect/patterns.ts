import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import ts from 'typescript';

import { CHECKOUT } from '../checkout';

/** A regular expression in our sources, and where it stands. */
export interface PlacedPattern {
	place: string;
	pattern: RegExp;
}

/** Every regular expression that our sources have written out. */
export function ownPatterns(folders = ['nodes', 'db', 'bin']): PlacedPattern[] {
	return folders.flatMap((folder) => sourcesIn(join(CHECKOUT, folder))).flatMap(patternsIn);
}

function sourcesIn(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
		.map((entry) => join(entry.parentPath, entry.name));
}

function patternsIn(file: string): PlacedPattern[] {
	const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
	const found: PlacedPattern[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isRegularExpressionLiteral(node)) {
			const end = node.text.lastIndexOf('/');
			const line = source.getLineAndCharacterOfPosition(node.pos).line + 1;
			const pattern = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
			found.push({ place: `${relative(CHECKOUT, file)}:${line} ${node.text}`, pattern });
		}
		ts.forEachChild(node, visit);
	};
	visit(source);
	return found;
}

const ENDS = ['x', '\0/'];

/**
 * Texts that repeat what a pattern speaks of: its words, its signs, and what stands for its classes. Each is made as
 * long as it is asked for.
 */
export function hostileTexts({ source }: RegExp): Array<(length: number) => string> {
	const words = source.match(/[A-Za-z ]{3,}/g) ?? [];
	const pieces = new Set([
		...words.flatMap((word) => [word, `${word} `]),
		...source.replace(/[A-Za-z0-9]/g, ''),
		...[
			' ',
			'0',
			'a',
			'A',
			'\n',
			'-',
			'.',
			',',
			'"',
			'\\',
			'T',
			'1,111',
			'\\u',
			'1e',
			' 00:00',
			'T00:00:00.',
		],
	]);
	return [...pieces].flatMap((piece) =>
		ENDS.map((end) => (length: number) => piece.repeat(Math.ceil(length / piece.length)) + end),
	);
}
