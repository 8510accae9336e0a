#!/usr/bin/env node
import { runCommand } from './commands';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Messages go to stderr; stdout gets one line of JSON for scripts, or a CSV file. */
runCommand(process.argv.slice(2), process.env, say).then(
	(result) => {
		if (result) process.stdout.write(typeof result === 'string' ? result : `${JSON.stringify(result)}\n`);
		// Some of it was done, but not all.
		if (typeof result === 'object' && 'ok' in result && result.ok === false) process.exitCode = 1;
	},
	(error: unknown) => {
		say(`zixly: ${error instanceof Error ? error.message : String(error)}`);
		process.exitCode = 1;
	},
);
