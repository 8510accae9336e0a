import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { keyRing } from '../../db/vault/key-ring';
import { packPackage } from '../support/n8n/package';

const run = promisify(execFile);

describe('the packed package, installed by npm alone', () => {
	let folder: string;
	let tarball: string;
	const npm = async (program: 'npm' | 'npx', args: string[]): Promise<string> =>
		(await run(program, args, { cwd: folder, shell: process.platform === 'win32' })).stdout;
	const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'zixly-npm-'));
		tarball = await packPackage(folder);
	});
	afterAll(async () => {
		await rm(folder, { recursive: true, force: true });
	});

	const expectKey = (stdout: string): void => {
		const { id, key } = JSON.parse(stdout) as { id: string; key: string };
		expect(() => keyRing({ activeKeyId: id, activeKey: key })).not.toThrow();
	};

	it('runs its command line by npx, on the oldest Node.js too', async () => {
		expectKey(await npm('npx', ['--yes', '--package', tarball, 'zixly', 'key', 'generate']));
	});

	it('brings none of n8n’s packages', async () => {
		await npm('npm', ['install', tarball, ...quiet]);
		const packages = await readdir(join(folder, 'node_modules'));
		expect(packages).toContain('n8n-nodes-zixly');
		expect(packages).not.toContain('n8n-workflow');
		expect(packages).not.toContain('isolated-vm');
		expectKey((await run(join(folder, 'node_modules', '.bin', 'zixly'), ['key', 'generate'])).stdout);
	});
});

describe('a key by one line that needs nothing but a shell', () => {
	it('is a key that the credential takes', async () => {
		const { stdout } = await run('openssl', ['rand', '-base64', '32']);
		expect(() => keyRing({ activeKeyId: 'k2026-11', activeKey: stdout })).not.toThrow();
	});
});
