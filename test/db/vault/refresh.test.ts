import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { cancelledBy } from '../../../db/postgres/cancellation';
import { getPool } from '../../../db/postgres/pool';
import { disconnectIntegration } from '../../../db/integrations/connect/disconnect';
import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { claimDue } from '../../../db/runs/claim';
import { refreshTokens, type RefreshRequest } from '../../../db/vault/refresh';
import { NoRefreshTokenError, TokenNotStoredError } from '../../../db/vault/token-errors';
import { readTokens, storeTokens } from '../../../db/vault/token-store';
import type { TokenOwner, TokenSet } from '../../../db/vault/token-set';
import { newConnection, newExpiredConnection } from '../../support/database/connected';
import { cuttingProxy } from '../../support/http/cutting-proxy';
import { useDatabase } from '../../support/database/use-database';
import { asAdmin } from '../../support/database/template';
import { endLeases } from '../../support/database/refresh-leases';
import { reseal } from '../../support/database/reseal';
import { GrantRefused, isRefusal, pairOf } from '../../support/http/token-server';
import { holder } from '../../support/database/run-holder';
import { expectPoll } from '../../support/expect/expectations';

const { id, key } = generateKey();
const ring = keyRing({ activeKeyId: id, activeKey: key });
const OLD = pairOf(0).accessToken;

const database = useDatabase();
let owner: TokenOwner;
/** The refresh tokens that were exchanged. */
let calls: string[];

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
	return await refreshTokens(database.pool, ring, of, { stale: OLD, exchange, isRefusal, ...request });
}

const stored = async (of = owner): Promise<TokenSet> => await readTokens(database.pool, ring, of);
const namesOf = ({ accessToken, refreshToken }: TokenSet): unknown => ({ accessToken, refreshToken });
const pair = (number: number): unknown => namesOf(pairOf(number));

async function rowOf({ integrationId }: TokenOwner): Promise<Record<string, string>> {
	const { rows } = await database.admin.query('select * from integrations where id = $1', [integrationId]);
	return rows[0] as Record<string, string>;
}

/** Lets nobody in any more, and ends the connections that there are. */
async function closeDatabase(): Promise<void> {
	await allowConnections(false);
	await database.admin.query(
		`select pg_terminate_backend(pid) from pg_stat_activity
		where datname = current_database() and usename = $1`,
		[database.settings.user],
	);
}

const openDatabase = async (): Promise<void> => await allowConnections(true);

async function allowConnections(allowed: boolean): Promise<void> {
	const elsewhere = new URL('/postgres', database.adminUrl).href;
	await asAdmin(elsewhere, async (client) => {
		await client.query(`alter database ${database.name} with allow_connections ${allowed}`);
	});
}

async function leases(): Promise<number> {
	return (await database.admin.query('select from etl.refresh_leases')).rowCount ?? -1;
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

	it('another tenant’s tokens cannot be read, stored or refreshed', async () => {
		const other = await newConnection(database.pool, 'Southern');
		const forged = { ...owner, tenantId: other.tenantId };
		const refused = /no connection .* of this tenant/;
		await expect(stored(forged)).rejects.toThrow(refused);
		await expect(storeTokens(database.pool, ring, forged, pairOf(1))).rejects.toThrow(refused);
		await expect(refresh({}, forged)).rejects.toThrow(refused);
		expect(calls).toEqual([]);
	});

	it('tokens that were moved from another row do not open', async () => {
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

describe('a rejection by the provider', () => {
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

describe('a pair that the database does not take', () => {
	async function closingExchange(token: string): Promise<TokenSet> {
		const tokens = await exchange(token);
		await closeDatabase();
		return tokens;
	}
	async function loseDatabase(): Promise<void> {
		await expect(refresh({ exchange: closingExchange })).rejects.toThrow(TokenNotStoredError);
	}
	afterEach(openDatabase);

	it('is said to be obtained and not stored, and handed to nobody', async () => {
		const error = await refresh({ exchange: closingExchange }).catch((caught: unknown) => caught);
		expect(String(error)).toMatch(/was obtained but could not be stored/);
		await expect(refresh()).rejects.toThrow(TokenNotStoredError);
		expect(calls).toHaveLength(1);
		await openDatabase();
		expect(namesOf(await refresh())).toEqual(pair(1));
	});

	it('is stored before the next refresh asks anybody', async () => {
		await loseDatabase();
		await openDatabase();
		expect(namesOf(await refresh())).toEqual(pair(1));
		expect(namesOf(await stored())).toEqual(pair(1));
		expect([calls.length, await leases()]).toEqual([1, 0]);
	});

	it('is stored in the background, though nobody asks', async () => {
		await loseDatabase();
		await openDatabase();
		await expectPoll(async () => namesOf(await stored())).toEqual(pair(1));
		expect([calls.length, await leases()]).toEqual([1, 0]);
	});

	it('is dropped where the tenant was connected again meanwhile', async () => {
		await loseDatabase();
		await openDatabase();
		await storeTokens(database.pool, ring, owner, pairOf(9));
		expect(namesOf(await refresh())).toEqual(pair(9));
		expect(namesOf(await stored())).toEqual(pair(9));
		expect(calls).toHaveLength(1);
	});

	it('is dropped where the tenant disconnected or is gone', async () => {
		await loseDatabase();
		await openDatabase();
		await disconnectIntegration(database.pool, owner.integrationId);
		await expect(refresh()).rejects.toThrow(NoRefreshTokenError);
		await database.admin.query('delete from tenants where id = $1', [owner.tenantId]);
		await expect(refresh()).rejects.toThrow(/no connection/);
	});

	it('opens under the key that the vault was rotated to meanwhile', async () => {
		await loseDatabase();
		await openDatabase();
		const next = generateKey();
		const rotated = keyRing({
			...{ activeKeyId: next.id, activeKey: next.key },
			retiredKeys: `${id}:${key}`,
		});
		await endLeases(database.admin);
		expect(await reseal(database.admin, rotated, owner)).toBe(true);
		const request = { stale: OLD, exchange, isRefusal };
		expect(namesOf(await refreshTokens(database.pool, rotated, owner, request))).toEqual(pair(1));
		expect(calls).toHaveLength(1);
	});
});

describe('a pair that somebody else stored meanwhile', () => {
	it('stays, and is what the one who was late goes on with', async () => {
		const beLate = async (token: string): Promise<TokenSet> => {
			const tokens = await exchange(token);
			await storeTokens(database.pool, ring, owner, pairOf(9));
			return tokens;
		};
		expect(namesOf(await refresh({ exchange: beLate }))).toEqual(pair(9));
		expect(namesOf(await stored())).toEqual(pair(9));
		expect([calls.length, await leases()]).toEqual([1, 0]);
	});

	it('spares a person the work where the provider refused the old one', async () => {
		const beRefused = async (token: string): Promise<TokenSet> => {
			await exchange(token);
			await storeTokens(database.pool, ring, owner, pairOf(9));
			throw new GrantRefused('invalid_grant');
		};
		expect(namesOf(await refresh({ exchange: beRefused }))).toEqual(pair(9));
		expect([calls.length, await leases()]).toEqual([1, 0]);
	});
});

describe('a commit whose answer is lost', () => {
	it.each([0, 1, 2, 3])('costs no second call (commit %i)', async (spared) => {
		const proxy = await cuttingProxy(database.settings.port, 'commit', 1, spared);
		const pool = getPool({ ...database.settings, port: proxy.port });
		const request = { stale: OLD, exchange, isRefusal };
		expect(namesOf(await refreshTokens(pool, ring, owner, request))).toEqual(pair(1));
		expect(namesOf(await stored())).toEqual(pair(1));
		expect([calls.length, proxy.cuts, await leases()]).toEqual([1, 1, 0]);
		await pool.end();
		await proxy.close();
	});
});

describe('a row that is locked for long', () => {
	it('is waited for', async () => {
		const holder = await database.admin.connect();
		await holder.query('begin');
		await holder.query('select from integrations where id = $1 for update', [owner.integrationId]);
		setTimeout(() => void holder.query('rollback').finally(() => holder.release()), 900);
		expect(namesOf(await refresh())).toEqual(pair(1));
		expect(calls).toHaveLength(1);
	});
});

describe('a caller who is cancelled', () => {
	/** An exchange that is answered when the test says so. */
	function heldExchange(): { exchange: RefreshRequest['exchange']; answer: () => void } {
		let answer = (): void => undefined;
		const held = new Promise<void>((resolve) => (answer = resolve));
		return {
			exchange: async (token) => {
				const tokens = await exchange(token);
				await held;
				return tokens;
			},
			answer: () => answer(),
		};
	}

	it('goes at once; what the provider answers is stored all the same', async () => {
		const held = heldExchange();
		const cancel = new AbortController();
		const waiting = cancelledBy(cancel.signal, async () => await refresh({ exchange: held.exchange }));
		await expectPoll(() => calls.length).toBe(1);
		cancel.abort();
		await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
		held.answer();
		await expectPoll(async () => namesOf(await stored())).toEqual(pair(1));
		expect(await leases()).toBe(0);
	});

	it('does not take along who waits for the same refresh', async () => {
		const held = heldExchange();
		const cancel = new AbortController();
		const first = cancelledBy(cancel.signal, async () => await refresh({ exchange: held.exchange }));
		const second = refresh();
		await expectPoll(() => calls.length).toBe(1);
		cancel.abort();
		await expect(first).rejects.toMatchObject({ name: 'AbortError' });
		held.answer();
		expect(namesOf(await second)).toEqual(pair(1));
		expect(calls).toHaveLength(1);
	});

	it('asks nobody where it only waited for another process', async () => {
		await database.admin.query(
			`insert into etl.refresh_leases (integration_id, tenant_id, holder, until)
			values ($1, $2, 'another process', now() + interval '1 minute')`,
			[owner.integrationId, owner.tenantId],
		);
		const cancel = new AbortController();
		const waiting = cancelledBy(cancel.signal, async () => await refresh());
		setTimeout(() => cancel.abort(), 300);
		await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
		await database.admin.query('delete from etl.refresh_leases');
		await new Promise((resolve) => setTimeout(resolve, 500));
		expect(calls).toEqual([]);
	});
});

describe('sign-ins that hang', () => {
	it('hold no connection of the pool', async () => {
		const pool = getPool({ ...database.settings, maxConnections: 5 });
		const answers: Array<() => void> = [];
		const hang = async (token: string): Promise<TokenSet> => {
			const tokens = await exchange(token);
			await new Promise<void>((resolve) => answers.push(resolve));
			return tokens;
		};
		const owners = await Promise.all(
			Array.from({ length: 5 }, async () => await newExpiredConnection(database.pool, ring, 'Hanging')),
		);
		const request = { stale: OLD, exchange: hang, isRefusal };
		const waiting = owners.map(async (one) => await refreshTokens(pool, ring, one, request));
		await expectPoll(() => answers.length).toBe(5);
		expect(pool.totalCount - pool.idleCount).toBe(0);
		const healthy = await newConnection(pool, 'Healthy', 'myob');
		await storeTokens(pool, ring, healthy, pairOf(1));
		const claim = {
			limit: 1,
			syncEveryHours: 6,
			holder: holder('e1'),
			authentication: 'stored',
			runNow: true,
		} as const;
		expect(await claimDue(pool, { ...claim, provider: 'myob' })).toHaveLength(1);
		for (const answer of answers) answer();
		expect(await Promise.all(waiting)).toHaveLength(5);
		await pool.end();
	});
});

describe('granted scopes', () => {
	it('are kept where a reply states them, beside what else is known of the connection', async () => {
		const metadataOf = async (): Promise<unknown> => (await rowOf(owner)).metadata;
		await database.admin.query(`update integrations set metadata = '{"timezone": "Australia/Perth"}'`);
		const scopes = ['accounting.reports.read', 'offline_access'];
		await refresh({ exchange: async (token) => ({ ...(await exchange(token)), scopes }) });
		expect(await metadataOf()).toEqual({ timezone: 'Australia/Perth', scopes });
		await refresh({ stale: pairOf(1).accessToken });
		expect(await metadataOf()).toEqual({ timezone: 'Australia/Perth', scopes });
		await storeTokens(database.pool, ring, owner, { ...pairOf(7), scopes: ['openid'] });
		expect(await metadataOf()).toEqual({ timezone: 'Australia/Perth', scopes: ['openid'] });
	});
});
