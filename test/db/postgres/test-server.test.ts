import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';

import { CHECKOUT } from '../../support/checkout';

it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
	'no server outlives tests that %s ends',
	async (signal) => {
		const folder = mkdtempSync(join(tmpdir(), 'zixly-killed-'));
		chmodSync(folder, 0o755);
		const script = join(CHECKOUT, 'test/support/database/serve.ts');
		const tests = spawn(process.execPath, ['--require', 'tsx/cjs', script], {
			env: { ...process.env, TMPDIR: folder },
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const [line] = (await once(tests.stdout, 'data')) as [Buffer];
		const port = Number(line.toString());
		expect(await answers(port)).toBe(true);
		tests.kill(signal);
		const isLeft = async (): Promise<boolean> => (await answers(port)) || servers(folder).length > 0;
		for (let tries = 0; (await isLeft()) && tries < 600; tries++) await sleep(100);
		expect({ answers: await answers(port), servers: servers(folder) }).toEqual({
			answers: false,
			servers: [],
		});
		rmSync(folder, { recursive: true });
	},
);

const servers = (folder: string): string[] =>
	readdirSync(folder).filter((name) => name.startsWith('zixly-postgres'));

async function answers(port: number): Promise<boolean> {
	const socket = connect(port, '127.0.0.1');
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}
