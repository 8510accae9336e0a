import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

import { readFile } from '../../../../../nodes/providers/manual/file/read-file';
import { CHECKOUT } from '../../../../support/checkout';

const tsx = (script: string): string[] => [
	'--require',
	'tsx/cjs',
	join(CHECKOUT, 'test/support/upload', script),
];

describe('the reader’s process', () => {
	it('ends with the one that started it, even where its parser never returns', async () => {
		const starter = spawn(process.execPath, tsx('stuck-reader.ts'), {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const [line] = (await once(starter.stdout, 'data')) as [Buffer];
		const reader = Number(line.toString());
		expect(isAlive(reader)).toBe(true);
		starter.kill('SIGKILL');
		try {
			for (let tries = 0; isAlive(reader) && tries < 300; tries++) await sleep(100);
			expect(isAlive(reader)).toBe(false);
		} finally {
			if (isAlive(reader)) process.kill(reader, 'SIGKILL');
		}
	});

	it('says what to do when the process cannot be started', async () => {
		const { stdout } = await promisify(execFile)(process.execPath, tsx('without-processes.ts'));
		const { name, message } = JSON.parse(stdout) as Error;
		expect(name).toBe('UnreadableFileError');
		expect(message).toContain('did not let n8n start: spawn /made-up/node ENOENT. Nothing was loaded.');
	});

	it('is not waited for by whoever was cancelled, also while others read', async () => {
		const rows = Array.from({ length: 20_000 }, (_, index) => `client ${index},V,1,2026-06-30`);
		const content = Buffer.from(['Client ID,Metric,Value,Date', ...rows].join('\n'));
		const settings = { separator: 'Detect', columnMap: {} } as const;
		let ended = 0;
		const others = [1, 2].map(async () => {
			await readFile(content, settings);
			ended++;
		});
		const cancel = new AbortController();
		const waiting = readFile(content, settings, cancel.signal);
		cancel.abort(new Error('Cancelled.'));
		await expect(waiting).rejects.toThrow('Cancelled.');
		expect(ended).toBe(0);
		await Promise.all(others);
	});
});

/** Whether the process runs; one that has ended and that nobody has waited for does not. */
function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
