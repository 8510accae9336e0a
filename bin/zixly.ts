#!/usr/bin/env node
import { runCommand } from './commands';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Messages go to stderr; stdout gets one line of JSON for scripts. */
runCommand(process.argv.slice(2), process.env, say).then(
	(result) => {
		if (result) process.stdout.write(`${JSON.stringify(result)}\n`);
	},
	(error: unknown) => {
		say(`zixly: ${error instanceof Error ? error.message : String(error)}`);
		process.exitCode = 1;
	},
);
