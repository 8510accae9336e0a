// Entry point of `npm test`, `npm run demo` and similar: installs and builds what the command needs, then runs it.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ensureBuilt } from './build.mjs';
import { run } from './child.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { say } from './progress.mjs';
import { check, runSuites, jest } from './tests.mjs';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

const typescript = (entry) => (args) =>
	run(process.execPath, ['--import', 'tsx', join(checkout, entry), ...args], { cwd: checkout });

const demo = typescript('test/demo/demo.ts');

/** With arguments (files, -t …), runs only jest with them. */
const test = (args) =>
	args.length > 0
		? runSuites([() => jest(checkout, args)])
		: runSuites([() => jest(checkout, []), () => check('npm run demo -- --once', () => demo(['--once']))]);

/** Resolves to the exit code; the last line counts the attacks and those that got through. */
const attack = async (args) => {
	const { passed, failed } = await jest(checkout, ['--project', 'attack', ...args]);
	return failed === 0 && passed > 0 ? 0 : 1;
};

const testN8n = (args) =>
	runSuites([() => jest(checkout, ['--config', 'test/n8n/jest.config.mjs', ...args])]);

const testConnect = (args) =>
	runSuites([() => jest(checkout, ['--config', 'test/connect/jest.config.mjs', ...args])]);

const bench = ([name = 'load', ...args]) => typescript(`test/bench/${name}.ts`)(args);

const COMMANDS = {
	test,
	attack,
	'test:n8n': testN8n,
	'test:connect': testConnect,
	demo,
	n8n: typescript('test/demo/real.ts'),
	sandbox: typescript('test/sandbox/main.ts'),
	bench,
};

async function main([name, ...args]) {
	const [major, minor] = process.versions.node.split('.').map(Number);
	if (major < 20 || (major === 20 && minor < 19)) {
		throw new Error(
			`Node.js 20.19 or newer is needed; this is ${process.versions.node}. Install a newer one.`,
		);
	}
	const command = COMMANDS[name];
	if (!command) throw new Error(`Unknown command ${name}. Use one of: ${Object.keys(COMMANDS).join(', ')}.`);
	await ensureDependencies(checkout);
	await ensureBuilt(checkout);
	return await command(args);
}

main(process.argv.slice(2)).then(
	(code) => {
		process.exitCode = code;
	},
	(error) => {
		say(error.message);
		process.exitCode = 1;
	},
);
