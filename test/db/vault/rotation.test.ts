import { beforeEach, describe, expect, it } from '@jest/globals';

import { disconnectIntegration } from '../../../db/integrations/connect/disconnect';
import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { takeLease } from '../../../db/vault/lease';
import { refreshTokens } from '../../../db/vault/refresh';
import { rotateKey, type Rotation, type RotationOptions } from '../../../db/vault/rotation';
import type { TokenOwner, TokenSet } from '../../../db/vault/token-set';
import { readTokens, storeTokens } from '../../../db/vault/token-store';
import { newConnection } from '../../support/database/connected';
import { countTrips } from '../../support/database/count-trips';
import { endLeases } from '../../support/database/refresh-leases';
import { useDatabase } from '../../support/database/use-database';
import { rotateUntilKilled } from '../../support/engine/killed-rotation';
import { IssuedPairs } from '../../support/http/issued-pairs';
import { isRefusal } from '../../support/http/token-server';

/** More at night: 10,000 tokens and 20 kills. */
const TOKENS = Number(process.env.ZIXLY_ROTATION_TOKENS ?? 40);
const KILLS = Number(process.env.ZIXLY_ROTATION_KILLS ?? 4);

const before = generateKey();
const after = generateKey();
const oldRing = keyRing({ activeKeyId: before.id, activeKey: before.key });
const newFields = {
	...{ activeKeyId: after.id, activeKey: after.key },
	retiredKeys: `${before.id}:${before.key}`,
};
const newRing = keyRing(newFields);

const database = useDatabase();
let provider: IssuedPairs;
beforeEach(async () => {
	provider = new IssuedPairs();
	await database.admin.query('delete from tenants');
});

/** Connections of tenants that have up to three of them, all under the old key. */
async function connect(count: number): Promise<TokenOwner[]> {
	const owners: TokenOwner[] = [];
	for (let tenant = 0; owners.length < count; tenant++) {
		const first = await newConnection(database.pool, `Tenant ${tenant}`);
		owners.push(first);
		for (const other of ['myob', 'hubspot'].slice(0, Math.min(tenant % 3, count - owners.length))) {
			const integrationId = `${first.integrationId}-${other}`;
			await database.admin.query(
				`insert into integrations (id, tenant_id, provider, updated_at) values ($1, $2, $3, now())`,
				[integrationId, first.tenantId, other],
			);
			owners.push({ ...first, integrationId, provider: other });
		}
	}
	for (const owner of owners) await storeTokens(database.pool, oldRing, owner, provider.last(owner));
	return owners;
}

const rotate = async (options: RotationOptions = {}): Promise<Rotation> =>
	await rotateKey(database.pool, newRing, { waitMs: 0, ...options });

/** The ids of the keys that the tokens are under, of both columns. */
async function keysInUse(): Promise<string[]> {
	const { rows } = await database.admin.query<{ key: string }>(
		`select distinct split_part(token, '.', 2) as key
		from integrations cross join unnest(array[access_token, refresh_token]) as token where token <> ''`,
	);
	return rows.map(({ key }) => key).sort();
}

async function expectLastPairs(owners: readonly TokenOwner[]): Promise<void> {
	for (const owner of owners) {
		const { accessToken, refreshToken: stored } = await readTokens(database.pool, newRing, owner);
		const { accessToken: given, refreshToken: last } = provider.last(owner);
		expect([accessToken, stored]).toEqual([given, last]);
	}
}

describe('rotating the key', () => {
	it('leaves every token under the new key, and writes nothing the second time', async () => {
		const owners = await connect(7);
		const empty = await newConnection(database.pool, 'Without a token');
		expect(await rotate()).toEqual({
			...{ activeKeyId: after.id, dryRun: false, complete: true },
			...{ connections: 7, rotated: 7, current: 0, left: 0, unreadableCount: 0, unreadable: [] },
		});
		expect(await keysInUse()).toEqual([after.id]);
		await expectLastPairs(owners);
		const versions = async (): Promise<unknown> =>
			(await database.admin.query('select id, xmin from integrations order by id')).rows;
		const written = await versions();
		expect(await rotate()).toMatchObject({ complete: true, rotated: 0, current: 7 });
		expect(await versions()).toEqual(written);
		expect((await readTokens(database.pool, newRing, empty)).accessToken).toBe('');
	});

	it('counts in a dry run, and changes nothing', async () => {
		await connect(3);
		expect(await rotate({ dryRun: true })).toMatchObject({ complete: false, dryRun: true, rotated: 3 });
		expect(await keysInUse()).toEqual([before.id]);
	});

	it('keeps a token that does not expire, without a refresh token', async () => {
		const [owner] = await connect(1);
		const tokens: TokenSet = { accessToken: 'made-up-key', refreshToken: null, expiresAt: null };
		await storeTokens(database.pool, oldRing, owner!, tokens);
		expect(await rotate()).toMatchObject({ complete: true, rotated: 1 });
		expect(await readTokens(database.pool, newRing, owner!)).toEqual(tokens);
	});

	it('names a connection whose tokens cannot be opened, never the text, and goes on', async () => {
		const owners = await connect(6);
		const [strange, damaged] = owners as [TokenOwner, TokenOwner];
		const other = generateKey();
		const otherRing = keyRing({ activeKeyId: other.id, activeKey: other.key });
		await storeTokens(database.pool, otherRing, strange, provider.last(strange));
		await database.admin.query(
			`update integrations set refresh_token = refresh_token || 'AA' where id = $1`,
			[damaged.integrationId],
		);
		const rotation = await rotate();
		expect(rotation).toMatchObject({ complete: false, connections: 6, rotated: 4, unreadableCount: 2 });
		expect(rotation.unreadable).toHaveLength(2);
		expect(rotation.unreadable).toContainEqual({
			...strange,
			reason: expect.stringContaining(`The key "${other.id}" is not in the Zixly Token Key`),
		});
		expect(rotation.unreadable).toContainEqual({ ...damaged, reason: expect.any(String) });
		expect(JSON.stringify(rotation)).not.toMatch(/v1\.|made-up/);
		await expectLastPairs(owners.slice(2));
	});

	it('skips a connection that is being refreshed, and comes back for it', async () => {
		const owners = await connect(3);
		await takeLease(database.pool, owners[1]!, 'holder');
		expect(await rotate()).toMatchObject({ complete: false, connections: 2, rotated: 2, left: 1 });
		expect(await keysInUse()).toEqual([before.id, after.id].sort());
		let rounds = 0;
		const onProgress = (): void => void (++rounds === 1 && void endLeases(database.admin));
		const done = await rotate({ waitMs: 60_000, onProgress });
		expect(done).toMatchObject({ complete: true, connections: 3, rotated: 1, current: 2, left: 0 });
		expect(rounds).toBeGreaterThan(1);
		expect(await keysInUse()).toEqual([after.id]);
	});

	it('does not wait for a locked connection, and comes back for it', async () => {
		const owners = await connect(3);
		const holder = await database.admin.connect();
		try {
			await holder.query('begin');
			await holder.query('select from integrations where id = $1 for key share', [owners[0]!.integrationId]);
			expect(await rotate()).toMatchObject({ rotated: 2, left: 1 });
		} finally {
			await holder.query('rollback');
			holder.release();
		}
		expect(await rotate()).toMatchObject({ complete: true, rotated: 1 });
	});

	it('ignores what was disconnected meanwhile', async () => {
		const owners = await connect(2);
		await disconnectIntegration(database.pool, owners[0]!.integrationId);
		expect(await rotate()).toMatchObject({ complete: true, connections: 1, rotated: 1 });
	});

	it('needs a number of statements that grows with the tokens alone', async () => {
		await connect(10);
		const ten = await countTrips(async () => await rotate());
		await database.admin.query('delete from tenants');
		await connect(30);
		const thirty = await countTrips(async () => await rotate());
		expect(thirty).toBeLessThan(3.5 * ten);
		expect(thirty).toBeLessThan(30 * 12);
	});
});

describe('rotating the key while syncs refresh, killed at random points', () => {
	/** Refreshes again and again, with rings that know both keys: the old one active, as in executions that began before. */
	async function refreshUntil(stopped: () => boolean, owners: readonly TokenOwner[]): Promise<void> {
		const bothKeys = keyRing({
			...{ activeKeyId: before.id, activeKey: before.key },
			retiredKeys: `${after.id}:${after.key}`,
		});
		for (let turn = 0; !stopped(); turn++) {
			const owner = owners[Math.floor(Math.random() * owners.length)]!;
			const ring = turn % 2 === 0 ? bothKeys : newRing;
			const { accessToken } = await refreshTokens(database.pool, ring, owner, {
				...{ stale: provider.last(owner).accessToken, exchange: provider.exchangeFor(owner), isRefusal },
			});
			expect(accessToken).toContain(owner.integrationId);
		}
	}

	it('loses no pair and fails no read; in the end every token is under the new key', async () => {
		const owners = await connect(TOKENS);
		let stopped = false;
		const refreshing = [owners.filter((_, n) => n % 2 === 0), owners.filter((_, n) => n % 2 === 1)].map(
			async (own) => await refreshUntil(() => stopped, own),
		);
		let kills = 0;
		for (let kill = 0; kill < KILLS; kill++) {
			const killAt = 10 + Math.floor(Math.random() * TOKENS * 7);
			const order = { settings: database.settings, ring: newFields, killAt };
			if (await rotateUntilKilled(order)) kills++;
		}
		await rotate();
		stopped = true;
		await Promise.all(refreshing);
		expect(kills).toBeGreaterThan(0);
		expect(provider.calls).toBeGreaterThan(TOKENS / 2);
		expect(await rotate({ waitMs: 60_000 })).toMatchObject({
			...{ complete: true, connections: owners.length, left: 0, unreadableCount: 0 },
		});
		expect(await keysInUse()).toEqual([after.id]);
		await expectLastPairs(owners);
	});
});
