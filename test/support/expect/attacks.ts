import { appendFileSync } from 'node:fs';

import { expectWithMessage } from './expectations';

/** One attack: what was tried, and what came of it when it got through. */
export interface Attack {
	/** What was tried, in a few words. */
	name: string;
	/** What the attacker gained; undefined where nothing. */
	gained?: unknown;
}

/**
 * Books attacks for the last line of `npm run attack` and fails the test where one got through.
 * `npm run attack` reads the file that `ZIXLY_ATTACKS` names: one JSON line `{ kind, attacks, through }` a call.
 */
export function expectRepelled(kind: string, attacks: readonly Attack[]): void {
	const through = attacks.filter(({ gained }) => gained !== undefined);
	const report = process.env.ZIXLY_ATTACKS;
	if (report) {
		const line = { kind, attacks: attacks.length, through: through.length };
		appendFileSync(report, `${JSON.stringify(line)}\n`);
	}
	expectWithMessage(attacks, `${kind}: a test without an attack proves nothing`).not.toHaveLength(0);
	expectWithMessage(through, kind).toEqual([]);
}
