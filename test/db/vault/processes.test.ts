import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { refreshTokens, type RefreshLimits } from '../../../db/vault/refresh';
import { RefreshDeferredError } from '../../../db/vault/token-errors';
import type { TokenOwner, TokenSet } from '../../../db/vault/token-set';
import { readTokens, storeTokens } from '../../../db/vault/token-store';
import { newExpiredConnection } from '../../support/database/connected';
import { useDatabase } from '../../support/database/use-database';
import { endLeases } from '../../support/database/refresh-leases';
import { RefreshingProcess } from '../../support/engine/refreshing-process';
import { exchangeAt, GrantRefused, isRefusal, pairOf, TokenServer } from '../../support/http/token-server';
import type { RefreshOrder } from '../../support/engine/token-worker';
import { expectPoll } from '../../support/expect/expectations';

const { id: activeKeyId, key: activeKey } = generateKey();
const ring = keyRing({ activeKeyId, activeKey });
const OLD = pairOf(0);

const database = useDatabase();
let server: TokenServer;
let owner: TokenOwner;
let processes: RefreshingProcess[];

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

async function refreshHere(limits?: Partial<RefreshLimits>): Promise<TokenSet> {
	const exchange = async (token: string): Promise<TokenSet> => await exchangeAt(server.url, token);
	return await refreshTokens(database.pool, ring, owner, {
		...{ stale: OLD.accessToken, exchange, isRefusal, limits },
	});
}

const storedAccessToken = async (): Promise<string> =>
	(await readTokens(database.pool, ring, owner)).accessToken;

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
		await endLeases(database.admin);
		expect((await refreshHere()).accessToken).toBe(pairOf(2).accessToken);
		expect(await storedAccessToken()).toBe(pairOf(2).accessToken);
		expect(server.calls).toEqual([OLD.refreshToken, OLD.refreshToken]);
	});

	it('is waited for as long as its lease lasts, without a call', async () => {
		await killWithAnswerInHand();
		const error = await refreshHere({ waitMs: 300 }).catch((caught: unknown) => caught);
		expect(error).toBeInstanceOf(RefreshDeferredError);
		const minutesLeft = ((error as RefreshDeferredError).retryAt.getTime() - Date.now()) / 60_000;
		expect(minutesLeft).toBeGreaterThan(5);
		expect(minutesLeft).toBeLessThan(15);
		expect(server.calls).toHaveLength(1);
	});

	it('is the provider’s refusal in the first run after its lease, where the provider gives no grace', async () => {
		server.grace = false;
		await killWithAnswerInHand();
		await endLeases(database.admin);
		await expect(refreshHere({ newerPairMs: 300 })).rejects.toThrow(GrantRefused);
		expect(server.calls).toHaveLength(2);
		// The one that never reported has been waited for: this does not wait again.
		await expect(refreshHere({ newerPairMs: 600_000 })).rejects.toThrow(GrantRefused);
		expect(server.calls).toHaveLength(3);
		expect(await storedAccessToken()).toBe(OLD.accessToken);
	});

	it('is over with a new consent', async () => {
		server.grace = false;
		await killWithAnswerInHand();
		await endLeases(database.admin);
		await expect(refreshHere({ newerPairMs: 0 })).rejects.toThrow(GrantRefused);
		await storeTokens(database.pool, ring, owner, { ...pairOf(7), expiresAt: new Date(0) });
		await expect(refreshHere()).resolves.toMatchObject({ accessToken: pairOf(3).accessToken });
		// The new grant is refused: nobody else can be the cause.
		await expect(
			refreshTokens(database.pool, ring, owner, {
				...{ stale: pairOf(3).accessToken, isRefusal },
				exchange: async () => await Promise.reject(new GrantRefused('invalid_grant')),
			}),
		).rejects.toThrow(GrantRefused);
	});
});

describe('a holder of the lease that hangs', () => {
	it('is not waited for beyond it; the next one refreshes, and the late answer changes nothing', async () => {
		const [worker] = await start(1);
		server.holdNext();
		worker!.begin(order({ leaseSeconds: 1 }));
		await expectPoll(() => server.calls.length).toBe(1);
		expect((await refreshHere()).accessToken).toBe(pairOf(2).accessToken);
		server.letGo();
		// The late one reads again before it stores, and finds the newer pair.
		expect((await worker!.hear('done')).accessTokens).toEqual([pairOf(2).accessToken]);
		expect(await storedAccessToken()).toBe(pairOf(2).accessToken);
		expect(server.calls).toHaveLength(2);
	});

	it('a reply in time spares the waiting process a call', async () => {
		const [worker] = await start(1);
		server.holdNext();
		worker!.begin(order());
		await expectPoll(() => server.calls.length).toBe(1);
		const waiting = refreshHere();
		await sleep(500);
		// It looks again and again, each time in a short transaction: between two looks there is none.
		await expectPoll(openTransactions).toBe(0);
		server.letGo();
		expect((await waiting).accessToken).toBe(pairOf(1).accessToken);
		expect(server.calls).toHaveLength(1);
	});

	it('a reply after the provider refused a waiting process gives that process the pair', async () => {
		server.grace = false;
		const [worker] = await start(1);
		server.holdNext();
		worker!.begin(order({ leaseSeconds: 1 }));
		await expectPoll(() => server.calls.length).toBe(1);
		const waiting = refreshHere();
		await expectPoll(() => server.calls.length).toBe(2);
		server.letGo();
		expect((await waiting).accessToken).toBe(pairOf(1).accessToken);
		expect(server.calls).toHaveLength(2);
		const { rowCount } = await database.admin.query(
			'select from etl.refresh_leases where integration_id = $1',
			[owner.integrationId],
		);
		expect(rowCount).toBe(0);
	});

	it('a late reply ends the flag although the provider refused everybody else', async () => {
		server.grace = false;
		const [worker] = await start(1);
		server.holdNext();
		worker!.begin(order({ leaseSeconds: 1 }));
		await expectPoll(() => server.calls.length).toBe(1);
		await expect(refreshHere({ newerPairMs: 300 })).rejects.toThrow(GrantRefused);
		await database.admin.query("update integrations set status = 'ERROR' where id = $1", [
			owner.integrationId,
		]);
		server.letGo();
		expect((await worker!.hear('done')).accessTokens).toEqual([pairOf(1).accessToken]);
		expect(await storedAccessToken()).toBe(pairOf(1).accessToken);
		const { rows } = await database.admin.query(
			'select status, (select count(*)::int from etl.refresh_leases where integration_id = $1) as leases from integrations where id = $1',
			[owner.integrationId],
		);
		expect(rows).toEqual([{ status: 'ACTIVE', leases: 0 }]);
	});

	async function openTransactions(): Promise<number> {
		const { rowCount } = await database.admin.query(
			`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
				and state in ('idle in transaction', 'active')`,
		);
		return rowCount ?? 0;
	}
});
