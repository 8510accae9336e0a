// Fails if the changelog does not describe the package's version. Run by `prepublishOnly`.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [root = dirname(dirname(fileURLToPath(import.meta.url)))] = process.argv.slice(2);

/** @returns why the version must not be published, or undefined */
function findProblem(changelog, version) {
	const headings = [...changelog.matchAll(/^## +(.+)$/gm)].map(([, heading]) => heading.trim());
	const [newest] = headings;
	if (!newest) return 'CHANGELOG.md has no version heading. Add one.';
	if (/^\[?unreleased\b/i.test(newest))
		return `CHANGELOG.md still begins with "${newest}". Rename that heading to ${version} and add the date.`;
	if (parseVersion(newest) === version) return undefined;
	return `The newest heading of CHANGELOG.md is "${newest}", but the package's version is ${version}. Describe ${version} first.`;
}

/** Parses the version of a heading such as `0.1.0 (2026-12-01)`, `v0.1.0` or `[0.1.0] - 2026-12-01`. */
function parseVersion(heading) {
	const [first] = heading.split(/[\s(]/, 1);
	return first.replace(/^\[?v?/, '').replace(/\]?:?$/, '');
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const problem = findProblem(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
if (problem) {
	process.stderr.write(`${problem}\n`);
	process.exitCode = 1;
}
