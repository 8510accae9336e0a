import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { migrate } from '../../db/schema/migrate';
import { keyRing } from '../../db/vault/key-ring';
import { setStage, type Stage } from '../demo/stage';
import { bundledWorkflow } from '../support/checkout';
import { expectWithMessage } from '../support/expect/expectations';
import { hasOpenssl } from '../support/http/certificate';
import { packPackage } from '../support/n8n/package';
import { RealN8n } from '../support/n8n/real-n8n';
import { Scenario } from '../support/n8n/scenario';

const run = promisify(execFile);

describe('the packed package, installed by npm alone', () => {
	let folder: string;
	let tarball: string;
	const npm = async (program: 'npm' | 'npx', args: string[], cwd = folder): Promise<string> =>
		(await run(program, args, { cwd, shell: process.platform === 'win32' })).stdout;
	const install = async (cwd = folder): Promise<string> =>
		await npm('npm', ['install', tarball, '--no-audit', '--no-fund', '--loglevel=error'], cwd);

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
		await install();
		const packages = await readdir(join(folder, 'node_modules'));
		expect(packages).toContain('n8n-nodes-zixly');
		expect(packages).not.toContain('n8n-workflow');
		expect(packages).not.toContain('isolated-vm');
		expectKey((await run(join(folder, 'node_modules', '.bin', 'zixly'), ['key', 'generate'])).stdout);
	});

	describe('an installation in n8n’s own folder', () => {
		let stage: Stage;
		let n8n: RealN8n;
		beforeAll(async () => {
			stage = await setStage();
			await migrate(stage.warehouse.settings);
			n8n = await RealN8n.create({ database: await stage.createDatabase('n8n') });
			await n8n.importCredentials(new Scenario(stage.warehouse, stage.sandbox).credentials);
			await n8n.importWorkflows([bundledWorkflow('zixly-alerts')]);
		});
		afterAll(async () => {
			await n8n?.close();
			await stage?.close();
		});

		it('runs in n8n, which has no such node without it', async () => {
			const nodes = join(n8n.userFolder, '.n8n', 'nodes');
			await rm(join(nodes, 'node_modules'), { recursive: true });
			expect((await n8n.execute('zixly-alerts')).code).not.toBe(0);
			await install(nodes);
			const { code, stdout, stderr } = await n8n.execute('zixly-alerts');
			expectWithMessage(code, stdout.slice(-2000) + stderr.slice(-2000)).toBe(0);
		});
	});
});

describe('a key by one line that needs nothing but a shell', () => {
	(hasOpenssl ? it : it.skip)('is a key that the credential takes', async () => {
		const { stdout } = await run('openssl', ['rand', '-base64', '32']);
		expect(() => keyRing({ activeKeyId: 'k2026-11', activeKey: stdout })).not.toThrow();
	});
});
