import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from './child.mjs';
import { say } from './progress.mjs';

/**
 * Runs test suites one after another, each a function that resolves to `{ passed, failed, skipped }`, and prints the
 * totals as the last line. Resolves to the exit code.
 */
export async function runSuites(suites) {
	const total = { passed: 0, failed: 0, skipped: 0 };
	for (const suite of suites) {
		const counts = await suite();
		for (const key of Object.keys(total)) total[key] += counts[key];
	}
	process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
	return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** Runs jest and counts the results from its report. `--project NAME` selects a project. */
export async function jest(checkout, args) {
	const folder = mkdtempSync(join(tmpdir(), 'zixly-jest-'));
	const report = join(folder, 'report.json');
	const attacks = join(folder, 'attacks.jsonl');
	try {
		const cli = join(checkout, 'node_modules', 'jest', 'bin', 'jest.js');
		const reporting = ['--json', `--outputFile=${report}`];
		const env = { ZIXLY_ATTACKS: attacks };
		const code = await run(process.execPath, [cli, ...reporting, ...jestArguments(args)], {
			cwd: checkout,
			env,
		});
		printAttacks(attacks);
		return countResults(report, code);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Jest's `--selectProjects` takes all arguments that follow it, so it must come last. */
function jestArguments(args) {
	const [others, projects] = [[], []];
	for (let index = 0; index < args.length; index++) {
		if (args[index] === '--project') projects.push(args[++index]);
		else others.push(args[index]);
	}
	return projects.length > 0 ? [...others, '--selectProjects', ...projects] : others;
}

/** Prints the totals recorded by `expectRepelled` of test/support/expect/attacks.ts; nothing if no attack ran. */
function printAttacks(file) {
	if (!existsSync(file)) return;
	const lines = readFileSync(file, 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line));
	const sum = (key) => lines.reduce((total, line) => total + line[key], 0);
	process.stdout.write(`\nattack: ${sum('attacks')} attacks, ${sum('through')} got through\n`);
}

function countResults(report, code) {
	const failedAtAll = { passed: 0, failed: 1, skipped: 0 };
	let result;
	try {
		result = JSON.parse(readFileSync(report, 'utf8'));
	} catch (error) {
		say(`Jest wrote no report (${error.message}); this counts as one failed test.`);
		return failedAtAll;
	}
	// A file that cannot be loaded, or an error outside any test, is a failure without a failed test.
	const unloadable = result.testResults.filter(
		(f) => f.status === 'failed' && f.assertionResults.length === 0,
	).length;
	const failed = result.numFailedTests + unloadable;
	return {
		passed: result.numPassedTests,
		failed: failed === 0 && code !== 0 ? 1 : failed,
		skipped: result.numPendingTests + result.numTodoTests,
	};
}

/** Runs a command and counts it as one test, passed if its exit code is 0. */
export async function check(name, command) {
	const passed = (await command()) === 0;
	say(`${passed ? '✓' : '✗'} ${name}`);
	return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}
