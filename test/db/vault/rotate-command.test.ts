import { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { runCommand } from '../../../bin/commands';
import { getPool } from '../../../db/postgres/pool';
import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { urlOf } from '../../support/database/database';
import { newExpiredConnection } from '../../support/database/connected';
import { useDatabase } from '../../support/database/use-database';

const before = generateKey();
const after = generateKey();
const retiredKeys = `${before.id}:${before.key}`;
const NOTHING = Readable.from(['']);

const database = useDatabase();

async function rotate(
	args: string[],
	environment: Record<string, string>,
	input: Readable = NOTHING,
): Promise<[result: object | string | undefined, said: string]> {
	const said: string[] = [];
	const place = { DATABASE_URL: urlOf(database.settings) };
	const result = await runCommand(
		['key', 'rotate', ...args],
		{ ...place, ...environment },
		(line) => said.push(line),
		input,
	);
	return [result, said.join('\n')];
}

const fromEnvironment = {
	...{ ZIXLY_ACTIVE_KEY_ID: after.id, ZIXLY_ACTIVE_KEY: after.key },
	ZIXLY_RETIRED_KEYS: retiredKeys,
};
const fromInput = (): Readable =>
	Readable.from([JSON.stringify({ activeKeyId: after.id, activeKey: after.key, retiredKeys })]);

describe('zixly key rotate', () => {
	it('counts, rotates with keys from the environment or standard input, and says so', async () => {
		const ring = keyRing({ activeKeyId: before.id, activeKey: before.key });
		await newExpiredConnection(getPool(database.settings), ring, 'Harbour');
		const [counted, words] = await rotate(['--dry-run'], fromEnvironment);
		expect(counted).toMatchObject({ ok: true, dryRun: true, complete: false, rotated: 1 });
		expect(words).toMatch(/1 would be rotated, .* Nothing was changed\.$/);
		const [done, report] = await rotate([], {}, fromInput());
		expect(done).toMatchObject({ ok: true, complete: true, rotated: 1 });
		expect(report).toMatch(/1 rotated, .* only needed to open older backups/);
		expect((await rotate([], fromEnvironment))[0]).toMatchObject({ ok: true, rotated: 0, current: 1 });
	});

	it('is not ok where a token cannot be opened, and names the connection alone', async () => {
		const other = generateKey();
		const ring = keyRing({ activeKeyId: other.id, activeKey: other.key });
		const { integrationId } = await newExpiredConnection(getPool(database.settings), ring, 'Kiwi');
		const [result, said] = await rotate([], fromEnvironment);
		expect(result).toMatchObject({ ok: false, complete: false, unreadableCount: 1 });
		expect(said).toContain(`The tokens of ${integrationId} (xero) cannot be opened.`);
		expect(said).not.toMatch(/made-up|v1\./);
	});

	const rejected: Array<[what: string, environment: Record<string, string>, input: string, words: RegExp]> = [
		['no key', {}, '', /No key was given\. Set ZIXLY_ACTIVE_KEY_ID/],
		['an id without its key', { ZIXLY_ACTIVE_KEY_ID: 'k1' }, '', /Active Key "k1" is empty/],
		['text that is no JSON', {}, 'made-up-secret', /cannot be read\. It must be one JSON object/],
		['another object', {}, '{"key": "made-up-secret"}', /does not hold the keys/],
		['endless text', {}, 'x'.repeat(70_000), /too long for keys/],
		['a short key', { ZIXLY_ACTIVE_KEY_ID: 'k', ZIXLY_ACTIVE_KEY: 'bWFkZS11cA==' }, '', /7 bytes, but 32/],
	];
	it.each(rejected)(
		'says what is wrong with %s, without quoting it',
		async (_what, environment, input, words) => {
			const error = await rotate([], environment, Readable.from([input])).catch((caught: Error) => caught);
			expect(String(error)).toMatch(words);
			expect(String(error)).not.toMatch(/made-up-secret|bWFkZS11cA/);
		},
	);
});
