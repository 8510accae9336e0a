import { readFileSync, writeFileSync } from 'node:fs';

import { expect } from '@jest/globals';

/** What jest keeps for its own snapshots; its types do not name it. */
interface SnapshotState {
	_updateSnapshot: 'all' | 'new' | 'none';
}

/** Expects `text` to be what the file holds. With `jest -u` the file is written instead. */
export function expectFile(file: string, text: string): void {
	const { snapshotState } = expect.getState() as { snapshotState?: SnapshotState };
	if (snapshotState?._updateSnapshot === 'all') writeFileSync(file, text);
	expect(text).toBe(readFileSync(file, 'utf8'));
}
