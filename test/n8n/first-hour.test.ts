import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { setStage, type Stage } from '../demo/stage';
import { serviceOf } from '../sandbox';
import { packPackage } from '../support/n8n/package';
import { RealN8n } from '../support/n8n/real-n8n';
import { browser, openPage } from './editor';
import { Newcomer } from './scene/newcomer';
import { readDocumented } from './scene/documented';
import { ratesFrom } from './scene/set-scene';

const run = promisify(execFile);
const PASSWORD = 'made-up-password-of-the-first-hour';
const MAX_COMMANDS = 6;

/**
 * From a tarball and an empty database to an own organisation's rows, by the docs alone: the commands are taken from the
 * pages, the rest is clicks. It prints what it took. Minutes of it are typing: only where `NIGHT` is set.
 */
(browser && process.env.NIGHT ? describe : describe.skip)(
	'the first hour with a tarball, by the docs alone',
	() => {
		let stage: Stage;
		let n8n: RealN8n;
		let tarball: string;
		let work: string;
		let newcomer: Newcomer;
		let closePage: (() => Promise<void>) | undefined;
		const commands: string[] = [];
		let key = '';
		let started = 0;

		beforeAll(async () => {
			stage = await setStage();
			// The docs' own statements make them.
			for (const undone of ['database zixly', 'role zixly_owner'])
				await stage.adminOf('postgres').query(`drop ${undone}`);
			work = await mkdtemp(join(tmpdir(), 'zixly-first-hour-'));
			tarball = await packPackage(work);
			n8n = await RealN8n.create({ database: await stage.createDatabase('n8n'), withPackage: false });
			await putOnPath(work, n8n);
			started = Date.now();
		});
		afterAll(async () => {
			await closePage?.();
			await n8n?.close();
			await rm(work, { recursive: true, force: true });
			await stage?.close();
		});

		/** In one shell, as a person has it open. */
		async function shell(lines: string[]): Promise<string> {
			commands.push(...lines);
			const script = ['set -e', ...lines]
				.join('\n')
				.replace(/\/path\/to\/n8n-nodes-zixly-[\d.]+tgz/g, tarball);
			const env = { ...n8n.env, PATH: `${work}:${process.env.PATH}` };
			return (await run('bash', ['-c', script], { env, maxBuffer: 1 << 24 })).stdout;
		}

		it('installs the tarball by the two lines of docs/index.md', async () => {
			await shell(readDocumented('docs/index.md', 'Install from a tarball', 1));
		});

		it('has a database by the two lines of docs/credentials/postgres.md', async () => {
			const lines = readDocumented('docs/credentials/postgres.md', 'The database and its login');
			commands.push(...lines);
			for (const line of lines) await stage.adminOf('postgres').query(line.replace('…', PASSWORD));
		});

		it('has a key by the line of docs/credentials/token-key.md', async () => {
			key = (await shell(readDocumented('docs/credentials/token-key.md', 'Create a key'))).trim();
			expect(key).toHaveLength(44);
		});

		it('makes the three credentials by clicks, under the names that the README gives', async () => {
			const server = await n8n.start();
			const { page, close } = await openPage(server);
			closePage = close;
			newcomer = new Newcomer(page, server.browserUrl);
			const { host, port } = stage.warehouse.settings;
			await newcomer.createCredential('Zixly Postgres API', 'Zixly Postgres', {
				...{ host, port: String(port), database: 'zixly', user: 'zixly_owner', password: PASSWORD },
				tls: { option: 'Disable' },
			});
			await newcomer.createCredential('Zixly Token Key API', 'Zixly Token Key', {
				activeKeyId: 'k2026-11',
				activeKey: key,
			});
			const { endpoints, client } = serviceOf(stage.sandbox, 'xero');
			await newcomer.createCredential('Zixly Xero OAuth2 API', 'Zixly Xero', {
				...client,
				customAddresses: true,
				customAuthUrl: endpoints.authUrl,
				customAccessTokenUrl: endpoints.accessTokenUrl,
				apiBaseUrl: endpoints.apiBaseUrl,
			});
			await newcomer.connect('kiwi');
		});

		it('imports the workflows by the line of the README', async () => {
			await shell(readDocumented('README.md', 'Install'));
		});

		it('sets up the tables and the tenant in one execution', async () => {
			await newcomer.open('zixly-setup');
			await newcomer.activate('Create Tenant');
			await newcomer.fillNode('Create Tenant', async () => await newcomer.enterParameter('name', 'Kiwi Ltd'));
			expect(await newcomer.execute()).toBe('success');
		});

		it('makes the connection and runs its first sync, which names the two clicks that are left', async () => {
			await newcomer.open('zixly-own-connection');
			await newcomer.fillNode('Create Connection', async () => await newcomer.pick('tenantId', 'Kiwi Ltd'));
			expect(await newcomer.execute()).toBe('error');
			const words = await newcomer.outputOf('Finish');
			expect(words).toMatch(/Zixly Exchange Rates.*Zixly Replay Rejected/s);
		});

		it('has its rows after these two', async () => {
			// The bank itself is outside: its stand-in is the sandbox.
			await n8n.importWorkflows([ratesFrom(`${stage.sandbox.url}/ecb`)]);
			await newcomer.open('zixly-exchange-rates');
			expect(await newcomer.execute()).toBe('success');
			await newcomer.open('zixly-replay-rejected');
			expect(await newcomer.execute()).toBe('success');
			const { rows } = await stage.warehouse.admin.query('select count(*)::int as months from financials');
			expect(rows).toEqual([{ months: 13 }]);
		});

		it('took at most 6 commands', () => {
			const seconds = Math.round((Date.now() - started) / 1000);
			process.stdout.write(
				`First hour: ${seconds} s, ${commands.length} commands, ${newcomer.clicks} clicks, ${newcomer.fields} fields\n`,
			);
			expect(commands).toHaveLength(MAX_COMMANDS);
		});
	},
);

/** Puts n8n's command line and its Node.js where a shell finds them, as on the machine that runs n8n. */
async function putOnPath(folder: string, { installation }: RealN8n): Promise<void> {
	const script = join(folder, 'n8n');
	await writeFile(script, `#!/bin/sh\nexec "${installation.node}" "${installation.cli}" "$@"\n`);
	await chmod(script, 0o755);
}
