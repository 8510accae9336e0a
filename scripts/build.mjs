import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { npm } from './child.mjs';
import { withProgress } from './progress.mjs';

const SOURCES = ['nodes', 'credentials', 'db', 'bin', 'workflows', 'icons'];
const SETTINGS = ['package.json', 'tsconfig.json', 'gulpfile.js'];

/** Builds dist unless it was already built from exactly these sources. */
export async function ensureBuilt(checkout) {
	const stamp = join(checkout, 'node_modules', '.cache', 'zixly', 'built-from');
	const sources = fingerprint(checkout);
	if (existsSync(join(checkout, 'dist')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources)
		return;
	rmSync(stamp, { force: true });
	// Without CI, the progress is an animation that fills a log.
	const code = await withProgress('Building the package', () =>
		npm(['run', '--silent', 'build'], { cwd: checkout, quiet: true, env: { CI: 'true' } }),
	);
	if (code !== 0) throw new Error('The build failed; see the output above.');
	mkdirSync(dirname(stamp), { recursive: true });
	writeFileSync(stamp, sources);
}

function fingerprint(checkout) {
	const hash = createHash('sha256');
	const files = [...SETTINGS, ...SOURCES.flatMap((folder) => filesBelow(checkout, folder))];
	for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(checkout, file)));
	return hash.digest('hex');
}

function filesBelow(checkout, folder) {
	return readdirSync(join(checkout, folder), { recursive: true })
		.map((name) => join(folder, String(name)))
		.filter((name) => statSync(join(checkout, name)).isFile())
		.sort();
}
