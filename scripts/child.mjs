import { spawn } from 'node:child_process';

/**
 * Runs a program and resolves to its exit code, or 1 if a signal ended it. `quiet` shows its output only if it fails.
 */
export function run(program, args, { cwd, env = {}, quiet = false, stdout = 'inherit' } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {
			cwd,
			env: { ...process.env, ...env },
			stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['inherit', stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
		});
		const words = [];
		child.stdout?.on('data', (chunk) => words.push(chunk));
		child.stderr?.on('data', (chunk) => words.push(chunk));
		// A terminal sends Ctrl-C to the child as well; the parent must not exit before it.
		const wait = () => undefined;
		const forward = (signal) => child.kill(signal);
		process.on('SIGINT', wait).on('SIGTERM', forward);
		child.on('error', reject);
		child.on('close', (code, signal) => {
			process.off('SIGINT', wait).off('SIGTERM', forward);
			if (quiet && code !== 0) process.stderr.write(Buffer.concat(words));
			resolve(signal ? 1 : code);
		});
	});
}

/** Runs npm: the one that started this script, if any. */
export function npm(args, options) {
	const cli = process.env.npm_execpath;
	return cli?.endsWith('.js')
		? run(process.execPath, [cli, ...args], options)
		: run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options);
}
