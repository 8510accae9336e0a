// Refuses to publish a version that the changelog does not describe. Run by `prepublishOnly`.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [root = dirname(dirname(fileURLToPath(import.meta.url)))] = process.argv.slice(2);

/** What keeps the version from being published; undefined where nothing does. */
function findProblem(changelog, version) {
	const headings = [...changelog.matchAll(/^## +(.+)$/gm)].map(([, heading]) => heading.trim());
	const [newest] = headings;
	if (!newest) return 'CHANGELOG.md has no heading of a version.';
	if (/^\[?unreleased\b/i.test(newest))
		return `CHANGELOG.md still begins with "${newest}". Rename that heading to ${version} and add the date.`;
	if (versionIn(newest) === version) return undefined;
	return `The newest heading of CHANGELOG.md is "${newest}", and the package's version is ${version}. Describe ${version} first.`;
}

/** The version of a heading such as `0.1.0 (2026-12-01)`, `v0.1.0` or `[0.1.0] - 2026-12-01`. */
function versionIn(heading) {
	const [first] = heading.split(/[\s(]/, 1);
	return first.replace(/^\[?v?/, '').replace(/\]?:?$/, '');
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const problem = findProblem(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
if (problem) {
	process.stderr.write(`${problem}\n`);
	process.exitCode = 1;
}
