import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { generateKey, keyRing } from '../../db/key-ring';
import { readToken, refreshToken, type TokenOwner, type TokenSet } from '../../db/tokens';
import { newExpiredConnection } from '../support/connected';
import { testDatabase, type TestDatabase } from '../support/database';
import { RefreshingProcess } from '../support/refreshing-process';
import { exchangeAt, GrantRefused, pairOf, TokenServer } from '../support/token-server';
import type { RefreshOrder } from '../support/token-worker';

const { id: activeKeyId, key: activeKey } = generateKey();
const ring = keyRing({ activeKeyId, activeKey });
const OLD = pairOf(0);

let database: TestDatabase;
let server: TokenServer;
let owner: TokenOwner;
let processes: RefreshingProcess[];

beforeAll(async () => {
	database = await testDatabase();
});
afterAll(async () => {
	await database.close();
});
beforeEach(async () => {
	processes = [];
	server = await TokenServer.start();
	owner = await newExpiredConnection(database.pool, ring, 'Harbour');
});
afterEach(async () => {
	await Promise.all(processes.map((one) => one.kill()));
	await server.close();
});

async function start(count: number): Promise<RefreshingProcess[]> {
	const started = await Promise.all(Array.from({ length: count }, () => RefreshingProcess.start()));
	processes.push(...started);
	return started;
}

function order(details: Partial<RefreshOrder> = {}): RefreshOrder {
	const { settings } = database;
	const place = { settings, ring: { activeKeyId, activeKey }, owner, tokenUrl: server.url };
	return { ...place, stale: OLD.accessToken, callers: 1, ...details };
}

async function refreshHere(holderSeconds?: number): Promise<TokenSet> {
	const exchange = async (token: string): Promise<TokenSet> => await exchangeAt(server.url, token);
	return await refreshToken(database.pool, ring, owner, { stale: OLD.accessToken, exchange, holderSeconds });
}

const storedAccessToken = async (): Promise<string> =>
	(await readToken(database.pool, ring, owner)).accessToken;

describe('an expired token', () => {
	it('costs one call, when fifty in five processes meet it', async () => {
		server.delayMs = 300;
		const workers = await start(5);
		for (const worker of workers) worker.begin(order({ callers: 10 }));
		const given = await Promise.all(workers.map(async (worker) => (await worker.hear('done')).accessTokens));
		expect(given.flat()).toEqual(Array(50).fill(pairOf(1).accessToken));
		expect(server.calls).toEqual([OLD.refreshToken]);
		expect(await storedAccessToken()).toBe(pairOf(1).accessToken);
	});
});

describe('a process killed between the provider’s answer and the save', () => {
	async function killWithAnswerInHand(): Promise<void> {
		const [worker] = await start(1);
		worker!.begin(order({ stopBeforeSaving: true }));
		await worker!.hear('answered');
		await worker!.kill();
	}

	it('is followed by one more call with the same refresh token, in its grace', async () => {
		await killWithAnswerInHand();
		expect((await refreshHere()).accessToken).toBe(pairOf(2).accessToken);
		expect(await storedAccessToken()).toBe(pairOf(2).accessToken);
		expect(server.calls).toEqual([OLD.refreshToken, OLD.refreshToken]);
	});

	it('is the provider’s refusal where there is no grace, after one call and no more', async () => {
		server.grace = false;
		await killWithAnswerInHand();
		await expect(refreshHere()).rejects.toThrow(GrantRefused);
		expect(server.calls).toHaveLength(2);
		expect(await storedAccessToken()).toBe(OLD.accessToken);
	});
});

describe('a holder of the lock that hangs', () => {
	it('is ended by the database; the next one refreshes, and the late answer changes nothing', async () => {
		const [worker] = await start(1);
		server.holdNext();
		worker!.begin(order({ holderSeconds: 1 }));
		await expect.poll(() => server.calls.length, { timeout: 10_000 }).toBe(1);
		const begun = Date.now();
		expect((await refreshHere(5)).accessToken).toBe(pairOf(2).accessToken);
		expect(Date.now() - begun).toBeLessThan(5_000);
		server.letGo();
		// The late one reads again before it stores, and finds the newer pair.
		expect((await worker!.hear('done')).accessTokens).toEqual([pairOf(2).accessToken]);
		expect(await storedAccessToken()).toBe(pairOf(2).accessToken);
		expect(server.calls).toHaveLength(2);
	});

	it('that answers in time spares the one who waits a call', async () => {
		const [worker] = await start(1);
		server.holdNext();
		worker!.begin(order());
		await expect.poll(() => server.calls.length, { timeout: 10_000 }).toBe(1);
		const waiting = refreshHere();
		await expect.poll(waiters, { timeout: 10_000 }).toBe(1);
		server.letGo();
		expect((await waiting).accessToken).toBe(pairOf(1).accessToken);
		expect(server.calls).toHaveLength(1);
	});

	async function waiters(): Promise<number> {
		const { rowCount } = await database.admin.query(
			"select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
		);
		return rowCount ?? 0;
	}
});
