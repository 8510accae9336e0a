import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { CHECKOUT } from '../checkout';
import type { RotationOrder } from './rotation-worker';

/** Rotates in a process of its own. @returns whether it was killed before it had ended */
export async function rotateUntilKilled(order: RotationOrder): Promise<boolean> {
	const worker = join(CHECKOUT, 'test', 'support', 'engine', 'rotation-worker.ts');
	const child = spawn(process.execPath, ['--import', 'tsx', worker, JSON.stringify(order)], {
		...{ cwd: CHECKOUT, stdio: 'inherit' },
	});
	const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
	if (signal === null && code !== 0) throw new Error(`The rotation ended with exit code ${code}.`);
	return signal === 'SIGKILL';
}
