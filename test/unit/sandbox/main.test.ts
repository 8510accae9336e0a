import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { expectPoll } from '../../support/expect/expectations';
import { CHECKOUT } from '../../support/checkout';

const MAIN = join(CHECKOUT, 'test', 'sandbox', 'main.ts');

function start(...args: string[]) {
	const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const said = { out: '', err: '' };
	child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
	return { child, said, exit: once(child, 'exit') };
}

describe('npm run sandbox', () => {
	it('says where it is, gives tokens, stays up, and ends on a signal', async () => {
		const { child, said, exit } = start('--port', '0');
		try {
			await expectPoll(() => said.out).toContain('Ctrl-C');
			const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said.out)?.[0] ?? '';
			const body = JSON.stringify({ consent: 'harbour' });
			const tokens = await fetch(`${url}/__sandbox/xero/connect`, { method: 'POST', body });
			expect(await tokens.json()).toHaveProperty('refreshToken');
		} finally {
			child.kill('SIGINT');
		}
		expect(await exit).toEqual([0, null]);
	});

	it('refuses a port that is none', async () => {
		const { said, exit } = start('--port', 'here');
		expect(await exit).toEqual([1, null]);
		expect(said.err).toContain('--port here is no port');
	});
});
