import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { CHECKOUT } from '../../../../support/checkout';

const run = promisify(execFile);

/** What this process may grow by: the rows themselves, and the messages with them. */
const MAX_GROWN_MB = 300;

it.each(['csv', 'xlsx'])('reading 100,000 rows of %s takes a bounded memory', async (kind) => {
	const script = join(CHECKOUT, 'test', 'support', 'upload', 'memory.ts');
	const { stdout } = await run(process.execPath, ['--expose-gc', '--require', 'tsx/cjs', script, kind]);
	const { rows, grownMb } = JSON.parse(stdout) as { rows: number; grownMb: number };
	expect(rows).toBe(100_000);
	expect(grownMb).toBeLessThan(MAX_GROWN_MB);
});
