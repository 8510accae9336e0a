import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { poolFor } from '../../db/connection';
import { generateKey, keyRing } from '../../db/key-ring';
import { NoRefreshTokenError, readToken, refreshToken, storeTokens } from '../../db/tokens';
import type { RefreshRequest, TokenOwner, TokenSet } from '../../db/tokens';
import { newConnection, newExpiredConnection } from '../support/connected';
import { cuttingProxy } from '../support/cutting-proxy';
import { testDatabase, type TestDatabase } from '../support/database';
import { pairOf } from '../support/token-server';

const { id, key } = generateKey();
const ring = keyRing({ activeKeyId: id, activeKey: key });
const OLD = pairOf(0).accessToken;

let database: TestDatabase;
let owner: TokenOwner;
/** The refresh tokens that were exchanged. */
let calls: string[];

beforeAll(async () => {
	database = await testDatabase();
});
afterAll(async () => {
	await database.close();
});
beforeEach(async () => {
	calls = [];
	owner = await newExpiredConnection(database.pool, ring, 'Harbour');
});

async function exchange(token: string): Promise<TokenSet> {
	calls.push(token);
	await new Promise((resolve) => setTimeout(resolve, 20));
	return pairOf(calls.length);
}

async function refresh(request: Partial<RefreshRequest> = {}, of = owner): Promise<TokenSet> {
	return await refreshToken(database.pool, ring, of, { stale: OLD, exchange, ...request });
}

const stored = async (of = owner): Promise<TokenSet> => await readToken(database.pool, ring, of);
const namesOf = ({ accessToken, refreshToken }: TokenSet): unknown => ({ accessToken, refreshToken });
const pair = (number: number): unknown => namesOf(pairOf(number));

async function rowOf({ integrationId }: TokenOwner): Promise<Record<string, string>> {
	const { rows } = await database.admin.query('select * from integrations where id = $1', [integrationId]);
	return rows[0] as Record<string, string>;
}

/** Ends the connection that stands in a transaction and waits for the provider. */
async function cutTransaction(): Promise<void> {
	const { rowCount } = await database.admin.query(
		`select pg_terminate_backend(pid) from pg_stat_activity
		where datname = current_database() and state = 'idle in transaction'`,
	);
	expect(rowCount).toBe(1);
}

describe('stored tokens', () => {
	it('come out as they went in, and lie sealed', async () => {
		const expiresAt = new Date('2026-07-01T00:30:00Z');
		await storeTokens(database.pool, ring, owner, { ...pairOf(5), expiresAt });
		expect(await stored()).toEqual({ ...pairOf(5), expiresAt });
		const row = await rowOf(owner);
		expect(row.access_token).toMatch(/^v1\./);
		expect(row.refresh_token).toMatch(/^v1\./);
		expect(JSON.stringify(row)).not.toContain('made-up');
	});

	it('are empty before the first ones came, and make the connection ACTIVE when they come', async () => {
		const fresh = await newConnection(database.pool, 'Newcomer');
		expect(await stored(fresh)).toEqual({ accessToken: '', refreshToken: null, expiresAt: null });
		expect((await rowOf(fresh)).status).toBe('PENDING');
		await storeTokens(database.pool, ring, fresh, { ...pairOf(1), refreshToken: null, expiresAt: null });
		expect((await rowOf(fresh)).status).toBe('ACTIVE');
		expect(await stored(fresh)).toMatchObject({ refreshToken: null, expiresAt: null });
	});

	it.each([
		['ERROR', 'ACTIVE'],
		['DISABLED', 'DISABLED'],
	])('turn %s into %s', async (before, after) => {
		await database.admin.query('update integrations set status = $2 where id = $1', [
			owner.integrationId,
			before,
		]);
		await storeTokens(database.pool, ring, owner, pairOf(1));
		expect((await rowOf(owner)).status).toBe(after);
	});

	it('of another tenant cannot be read, stored or refreshed', async () => {
		const other = await newConnection(database.pool, 'Southern');
		const forged = { ...owner, tenantId: other.tenantId };
		const refused = /no connection .* of this tenant/;
		await expect(stored(forged)).rejects.toThrow(refused);
		await expect(storeTokens(database.pool, ring, forged, pairOf(1))).rejects.toThrow(refused);
		await expect(refresh({}, forged)).rejects.toThrow(refused);
		expect(calls).toEqual([]);
	});

	it('that were moved from another row do not open', async () => {
		const other = await newConnection(database.pool, 'Southern');
		await database.admin.query(
			'update integrations set access_token = $2, refresh_token = $3 where id = $1',
			[other.integrationId, (await rowOf(owner)).access_token, (await rowOf(owner)).refresh_token],
		);
		await expect(stored(other)).rejects.toMatchObject({ code: 'not_authentic' });
		await expect(refresh({}, other)).rejects.toMatchObject({ code: 'not_authentic' });
		expect(calls).toEqual([]);
	});
});

describe('refreshing', () => {
	it('stores the rotated pair before it hands it out', async () => {
		expect(namesOf(await refresh())).toEqual(pair(1));
		expect(namesOf(await stored())).toEqual(pair(1));
		expect(calls).toEqual([pairOf(0).refreshToken]);
	});

	it('keeps the refresh token where the provider does not rotate it', async () => {
		await refresh({ exchange: async () => await Promise.resolve({ ...pairOf(1), refreshToken: null }) });
		expect((await stored()).refreshToken).toBe(pairOf(0).refreshToken);
	});

	it('asks nobody when the stored token is another one than the stale one, and good', async () => {
		await storeTokens(database.pool, ring, owner, pairOf(7));
		expect(namesOf(await refresh())).toEqual(pair(7));
		expect(namesOf(await refresh({ stale: null }))).toEqual(pair(7));
		expect(calls).toEqual([]);
	});

	it('asks when the stored token is the refused one, however long it should last', async () => {
		await storeTokens(database.pool, ring, owner, pairOf(7));
		expect(namesOf(await refresh({ stale: pairOf(7).accessToken }))).toEqual(pair(1));
	});

	it('asks once for fifty who ask at once', async () => {
		const all = await Promise.all(Array.from({ length: 50 }, async () => await refresh()));
		expect(new Set(all.map(({ accessToken }) => accessToken))).toEqual(new Set([pairOf(1).accessToken]));
		expect(calls).toHaveLength(1);
	});

	it('does not give who joins the very token it was refused with', async () => {
		await storeTokens(database.pool, ring, owner, pairOf(7));
		const [first, joined] = await Promise.all([refresh(), refresh({ stale: pairOf(7).accessToken })]);
		expect(first.accessToken).toBe(pairOf(7).accessToken);
		expect(joined.accessToken).toBe(pairOf(1).accessToken);
	});

	it('needs a refresh token', async () => {
		await storeTokens(database.pool, ring, owner, { ...pairOf(0), refreshToken: null });
		await expect(refresh()).rejects.toThrow(NoRefreshTokenError);
	});
});

describe('what the provider refuses', () => {
	class Refused extends Error {
		/** As an error of the network has; still it is the caller's own. */
		readonly code = 'ECONNRESET';
	}

	it('passes through as it is after one call, for all who asked, and changes nothing', async () => {
		const other = await newExpiredConnection(database.pool, ring, 'Southern');
		const before = await rowOf(owner);
		const refusal = new Refused('invalid_grant');
		const refuse = async (token: string): Promise<TokenSet> => {
			calls.push(token);
			return await Promise.reject(refusal);
		};
		const asked = await Promise.allSettled([refresh({ exchange: refuse }), refresh({ exchange: refuse })]);
		expect(asked.map((one) => one.status === 'rejected' && one.reason === refusal)).toEqual([true, true]);
		expect(calls).toHaveLength(1);
		expect(await rowOf(owner)).toEqual(before);
		expect(namesOf(await refresh({}, other))).toEqual(pair(2));
	});
});

describe('a connection lost between the provider’s answer and the save', () => {
	it('costs no second call', async () => {
		const cut = async (token: string): Promise<TokenSet> => {
			const tokens = await exchange(token);
			await cutTransaction();
			return tokens;
		};
		expect(namesOf(await refresh({ exchange: cut }))).toEqual(pair(1));
		expect(namesOf(await stored())).toEqual(pair(1));
		expect(calls).toHaveLength(1);
	});

	it('leaves the pair that somebody else stored meanwhile', async () => {
		const lose = async (token: string): Promise<TokenSet> => {
			const tokens = await exchange(token);
			await cutTransaction();
			await storeTokens(database.pool, ring, owner, pairOf(9));
			return tokens;
		};
		expect(namesOf(await refresh({ exchange: lose }))).toEqual(pair(9));
		expect(namesOf(await stored())).toEqual(pair(9));
		expect(calls).toHaveLength(1);
	});
});

describe('a commit whose answer is lost', () => {
	it('costs no second call: what was stored is found again', async () => {
		const proxy = await cuttingProxy(database.settings.port, 'commit');
		const pool = poolFor({ ...database.settings, port: proxy.port });
		expect(namesOf(await refreshToken(pool, ring, owner, { stale: OLD, exchange }))).toEqual(pair(1));
		expect(namesOf(await stored())).toEqual(pair(1));
		expect([calls.length, proxy.cuts]).toEqual([1, 1]);
		await pool.end();
		await proxy.close();
	});
});

describe('a row that is locked for long', () => {
	it('is waited for', async () => {
		const holder = await database.admin.connect();
		await holder.query('begin');
		await holder.query('select from integrations where id = $1 for update', [owner.integrationId]);
		// Longer than one wait of 400 ms, so that the lock timeout strikes at least once.
		setTimeout(() => void holder.query('rollback').finally(() => holder.release()), 900);
		expect(namesOf(await refresh({ holderSeconds: 0.3 }))).toEqual(pair(1));
		expect(calls).toHaveLength(1);
	});
});
