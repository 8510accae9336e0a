#!/usr/bin/env node
import { runCommand } from './commands';

/** Words go to stderr; stdout gets one line of JSON, so that scripts can read it. */
runCommand(process.argv.slice(2), process.env).then(
	({ result, words }) => {
		for (const line of words) process.stderr.write(`${line}\n`);
		if (result) process.stdout.write(`${JSON.stringify(result)}\n`);
	},
	(error: unknown) => {
		process.stderr.write(`zixly: ${error instanceof Error ? error.message : String(error)}\n`);
		process.exitCode = 1;
	},
);
