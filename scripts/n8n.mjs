import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { npm } from './child.mjs';
import { say, withProgress } from './progress.mjs';

const VERSION = '2.41.1';

/**
 * Installs the real n8n once into a cache folder outside the checkout (2.8 GB, a few minutes). Resolves to
 * `{ root, node, cli }`: its folder, a Node.js that can run it, and its command line.
 */
export async function ensureN8n(checkout) {
	const root = join(
		process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
		'n8n-nodes-zixly',
		`n8n-${VERSION}`,
	);
	const source = join(checkout, 'test', 'n8n', 'install');
	if (!isComplete(root, source)) await withLock(root, () => install(root, source));
	return { root, node: findNode(root), cli: join(root, 'node_modules', 'n8n', 'bin', 'n8n') };
}

/** The last step of an installation writes the hash of its lock file. */
function isComplete(root, source) {
	const marker = join(root, 'complete');
	return existsSync(marker) && readFileSync(marker, 'utf8') === hashFile(join(source, 'package-lock.json'));
}

function hashFile(file) {
	return createHash('sha256').update(readFileSync(file)).digest('hex');
}

async function install(root, source) {
	// Another process may have installed it while this one waited for the lock.
	if (isComplete(root, source)) return;
	for (const file of ['package.json', 'package-lock.json'])
		copyFileSync(join(source, file), join(root, file));
	// After an interruption it starts over, but npm's cache avoids downloading anything twice.
	const args = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
	const code = await withProgress(
		`Installing n8n ${VERSION} into ${root}, once (2.8 GB, a few minutes)`,
		() => npm(args, { cwd: root, quiet: true }),
		15,
	);
	if (code !== 0)
		throw new Error(
			`n8n ${VERSION} could not be installed; see npm's output above. Run the command again to continue.`,
		);
	writeFileSync(join(root, 'complete'), hashFile(join(source, 'package-lock.json')));
}

/** n8n needs Node.js 24; if this one is older, the installation includes its own. */
function findNode(root) {
	if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
	const { platform, arch } = process;
	const name = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
	const binary = join(root, 'node_modules', `${name}-${platform}-${arch}`, 'bin', 'node');
	if (!existsSync(binary)) {
		throw new Error(
			`n8n ${VERSION} needs Node.js 24, which has no npm package for ${platform} ${arch}. Install Node.js 24.`,
		);
	}
	return binary;
}

/** Allows one installer at a time; a lock whose owner has exited is removed. */
async function withLock(root, work) {
	const lock = join(root, 'installing');
	mkdirSync(root, { recursive: true });
	while (!tryLock(lock)) {
		say(`Another process is installing n8n into ${root}; waiting for it.`);
		await wait(10_000);
	}
	try {
		return await work();
	} finally {
		rmSync(lock, { force: true });
	}
}

function tryLock(lock) {
	try {
		writeFileSync(lock, String(process.pid), { flag: 'wx' });
		return true;
	} catch (error) {
		if (error.code !== 'EEXIST') throw error;
	}
	if (!isAlive(Number(readFileSync(lock, 'utf8')))) rmSync(lock, { force: true });
	return false;
}

function isAlive(pid) {
	try {
		return pid === 0 || process.kill(pid, 0);
	} catch (error) {
		return error.code === 'EPERM';
	}
}
