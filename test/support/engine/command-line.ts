import { spawn } from 'node:child_process';
import path from 'node:path';

import { CHECKOUT } from '../checkout';

export interface CommandResult {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** The built command `zixly` in a process of its own, as a user runs it. */
export async function zixly(
	args: string[],
	environment: Record<string, string> = {},
): Promise<CommandResult> {
	const inherited = { ...process.env };
	delete inherited.DATABASE_URL;
	const child = spawn(process.execPath, [path.join(CHECKOUT, 'dist/bin/zixly.js'), ...args], {
		cwd: CHECKOUT,
		env: { ...inherited, ...environment },
	});
	const result: CommandResult = { code: null, stdout: '', stderr: '' };
	child.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (result.stderr += chunk.toString()));
	result.code = await new Promise((resolve) => child.once('close', resolve));
	return result;
}
