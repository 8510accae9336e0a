import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { CHECKOUT } from '../checkout';

const run = promisify(execFile);

/**
 * Packs the built package and installs it below n8n's user folder, step by step as n8n's own installer does
 * (community-packages.service.js, downloadPackage). What it resolved to is kept in the cache folder by the hash of the tarball.
 */
export async function installPackage(userFolder: string, cacheFolder: string): Promise<void> {
	const work = await mkdtemp(join(tmpdir(), 'zixly-pack-'));
	try {
		const tarball = await packPackage(work);
		const hash = createHash('sha256')
			.update(await readFile(tarball))
			.digest('hex')
			.slice(0, 16);
		const prepared = join(cacheFolder, 'packages', hash);
		if (!(await exists(prepared))) await prepare(tarball, join(work, 'package'), prepared);
		const target = join(userFolder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-zixly');
		await mkdir(dirname(target), { recursive: true });
		await cp(prepared, target, { recursive: true, verbatimSymlinks: true });
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

/** Packs the built package into the folder; resolves to the tarball. */
export async function packPackage(folder: string): Promise<string> {
	const { stdout } = await npm(
		['pack', '--quiet', '--ignore-scripts', '--pack-destination', folder],
		CHECKOUT,
	);
	return join(folder, stdout.trim().split('\n').at(-1) ?? '');
}

async function prepare(tarball: string, folder: string, prepared: string): Promise<void> {
	await mkdir(folder);
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
	const manifest = join(folder, 'package.json');
	const kept = JSON.parse(await readFile(manifest, 'utf8')) as Record<string, unknown>;
	for (const kind of ['devDependencies', 'peerDependencies', 'optionalDependencies']) delete kept[kind];
	await writeFile(manifest, JSON.stringify(kept, null, 2));
	const options = ['--audit=false', '--fund=false', '--bin-links=false', '--install-strategy=shallow'];
	await npm(
		['install', ...options, '--ignore-scripts=true', '--package-lock=false', '--prefer-offline'],
		folder,
	);
	await mkdir(dirname(prepared), { recursive: true });
	await moveInto(folder, prepared);
}

/** Copied beside its place and renamed, so that a prepared package is there whole or not at all. */
async function moveInto(folder: string, prepared: string): Promise<void> {
	const beside = `${prepared}.${process.pid}`;
	await cp(folder, beside, { recursive: true, verbatimSymlinks: true });
	try {
		await rename(beside, prepared);
	} catch (error) {
		await rm(beside, { recursive: true, force: true });
		// Another process prepared the same package in the meantime.
		if (!(await exists(prepared))) throw error;
	}
}

function npm(args: string[], cwd: string): Promise<{ stdout: string }> {
	const cli = process.env.npm_execpath;
	return cli?.endsWith('.js')
		? run(process.execPath, [cli, ...args], { cwd })
		: run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd });
}

async function exists(path: string): Promise<boolean> {
	return await stat(path).then(
		() => true,
		() => false,
	);
}
