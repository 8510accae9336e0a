import { describe, expect, it } from '@jest/globals';

import type { NamedRun } from '../../../db/runs/take';
import { MessageCheck } from '../../../nodes/PostgresUpsert/check-message';

/** An object within an object, and so on; made without recursion, as a parser may make it. */
function nest(levels: number): object {
	let value: object = {};
	for (let level = 0; level < levels; level++) value = { a: value };
	return value;
}

const run = { provider: 'hubspot', integrationId: 'made-up', accountIds: ['portal'] } as unknown as NamedRun;

/** The result of checking a STATE. */
function check(state: object | null) {
	const origin = { stream: 'deals', accountId: 'portal' };
	const value = { ...origin, state: state as Record<string, unknown> | null, counts: {} };
	return new MessageCheck().check(run, { type: 'STATE', value, endsRun: false }, origin);
}

const circular: Record<string, unknown> = {};
circular.self = circular;

describe('a state', () => {
	it.each<[what: string, state: object]>([
		['nested deeper than the stack', nest(100_000)],
		['nested 5,000 levels', nest(5_000)],
		['that contains itself', circular],
		['of more than 1 KB', { at: 'x'.repeat(1_025) }],
		['that PostgreSQL prints with more than 1 KB', { at: Array(400).fill(1) }],
		['with a number that PostgreSQL writes with all its digits', { at: 1e300 }],
		['with a NUL', { at: 'a\0b' }],
		['with half a surrogate pair in a name', { '\ud800': 1 }],
	])('%s is rejected', (_what, state) => {
		expect(check(state)).toMatchObject({ type: 'FAULTY', reason: { code: 'invalid_state' } });
	});

	it.each([null, {}, { at: '2026-07-01T00:00:00Z', ids: [1, 2, 3] }, { at: 'x'.repeat(900) }, nest(100)])(
		'is accepted when it fits: %#',
		(state) => {
			expect(check(state)).toMatchObject({ type: 'STATE', value: { state } });
		},
	);
});
