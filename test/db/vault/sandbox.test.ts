import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { listIntegrations } from '../../../db/integrations/integrations';
import { generateKey, keyRing } from '../../../db/vault/key-ring';
import { claimDue, type ClaimOptions } from '../../../db/runs/claim';
import { finishRun } from '../../../db/runs/finish';
import { refreshTokens, type RefreshLimits } from '../../../db/vault/refresh';
import type { TokenOwner, TokenSet } from '../../../db/vault/token-set';
import { readTokens, storeTokens } from '../../../db/vault/token-store';
import { startSandbox, type Sandbox } from '../../sandbox';
import { newConnection } from '../../support/database/connected';
import { useDatabase } from '../../support/database/use-database';
import { endLeases } from '../../support/database/refresh-leases';
import { RefreshingProcess } from '../../support/engine/refreshing-process';
import { exchangeAtSandbox, isRefusedBySandbox as isRefusal } from '../../support/http/sandbox-tokens';
import type { RefreshOrder } from '../../support/engine/token-worker';
import { holder } from '../../support/database/run-holder';

const { id: activeKeyId, key: activeKey } = generateKey();
const ring = keyRing({ activeKeyId, activeKey });

const database = useDatabase();
let sandbox: Sandbox;
let owner: TokenOwner;
let other: TokenOwner;
/** The access token that Xero no longer takes. */
let stale: string;
let processes: RefreshingProcess[];

beforeEach(async () => {
	processes = [];
	sandbox = await startSandbox();
	await database.admin.query('truncate tenants cascade');
	[owner, stale] = await connect('Harbour', 'harbour');
	[other] = await connect('Southern', 'southern');
	sandbox.xero.expireAccessTokens('harbour');
});
afterEach(async () => {
	await Promise.all(processes.map((one) => one.kill()));
	await sandbox.close();
});

async function connect(name: string, consent: string): Promise<[TokenOwner, string]> {
	const connection = await newConnection(database.pool, name);
	const { accessToken, refreshToken, expiresAt } = sandbox.xero.connect(consent);
	await storeTokens(database.pool, ring, connection, { accessToken, refreshToken, expiresAt });
	return [connection, accessToken];
}

const tokenUrl = (): string => `${sandbox.url}/identity/connect/token`;

async function start(count: number, details: Partial<RefreshOrder> = {}): Promise<RefreshingProcess[]> {
	const started = await Promise.all(Array.from({ length: count }, () => RefreshingProcess.start()));
	processes.push(...started);
	const { settings } = database;
	const place = { settings, ring: { activeKeyId, activeKey }, owner, tokenUrl: tokenUrl(), isSandbox: true };
	for (const one of started) one.begin({ ...place, stale, callers: 1, ...details });
	return started;
}

async function refreshHere(limits?: Partial<RefreshLimits>): Promise<TokenSet> {
	const exchange = async (token: string): Promise<TokenSet> => await exchangeAtSandbox(tokenUrl(), token);
	return await refreshTokens(database.pool, ring, owner, { stale, exchange, isRefusal, limits });
}

/** What Xero answers to a call with this token. */
async function answerTo(accessToken: string): Promise<number> {
	const headers = { authorization: `Bearer ${accessToken}` };
	return (await fetch(`${sandbox.url}/connections`, { headers })).status;
}

/** Ends a process that Xero has answered, before it could store the answer. */
async function killWithAnswerInHand(): Promise<void> {
	const [worker] = await start(1, { stopBeforeSaving: true });
	await worker!.hear('answered');
	await worker!.kill();
}

describe('Xero’s rotating tokens', () => {
	it('are refreshed by one call for fifty in five processes, who all go on with it', async () => {
		sandbox.xero.faults.add({ kind: 'delay', path: '/connect/token', delayMs: 300 });
		const workers = await start(5, { callers: 10 });
		const given = (await Promise.all(workers.map(async (worker) => await worker.hear('done')))).flatMap(
			({ accessTokens }) => accessTokens,
		);
		expect(given).toHaveLength(50);
		expect(new Set(given).size).toBe(1);
		expect(sandbox.xero.refreshCalls).toBe(1);
		expect(await answerTo(stale)).toBe(401);
		expect(await answerTo(given[0]!)).toBe(200);
	});

	it('survive a kill before the answer was stored, by one more call within the grace', async () => {
		await killWithAnswerInHand();
		await endLeases(database.admin);
		const { accessToken } = await refreshHere();
		expect(sandbox.xero.refreshCalls).toBe(2);
		expect(await answerTo(accessToken)).toBe(200);
		// What was stored is good for the next refresh, too.
		sandbox.xero.expireAccessTokens('harbour');
		stale = accessToken;
		expect(await answerTo((await refreshHere()).accessToken)).toBe(200);
		expect(sandbox.xero.refreshCalls).toBe(3);
	});

	it('flags a connection whose tokens are lost once nobody can hold them, and touches no other', async () => {
		sandbox.xero.setLimits({ graceSeconds: 0 });
		await killWithAnswerInHand();
		await endLeases(database.admin);
		const runs = await claim();
		await expect(refreshHere({ newerPairMs: 300 })).rejects.toMatchObject({
			failureClass: 'reconnect_required',
		});
		expect(sandbox.xero.refreshCalls).toBe(2);
		for (const { tenantId, syncRunId } of runs) {
			const isLost = tenantId === owner.tenantId;
			const status = isLost ? 'failed' : 'succeeded';
			await finishRun(database.pool, { tenantId, syncRunId, status, requiresAction: isLost });
		}
		const listed = await listIntegrations(database.pool, {});
		expect(listed.map(({ tenantName, status }) => [tenantName, status])).toEqual([
			['Harbour', 'ERROR'],
			['Southern', 'ACTIVE'],
		]);
		expect((await claim()).map(({ tenantId }) => tenantId)).toEqual([other.tenantId]);
		expect(await answerTo((await readTokens(database.pool, ring, other)).accessToken)).toBe(200);
	});

	it('are not handed to who names another tenant’s connection while its refresh is under way', async () => {
		sandbox.xero.faults.add({ kind: 'delay', path: '/connect/token', delayMs: 300 });
		const forged = { ...owner, tenantId: other.tenantId };
		const exchange = async (): Promise<TokenSet> => await Promise.reject(new Error('Nobody should ask.'));
		const [own, theft] = await Promise.allSettled([
			refreshHere(),
			refreshTokens(database.pool, ring, forged, { stale, exchange, isRefusal }),
		]);
		expect(own.status).toBe('fulfilled');
		expect(theft).toMatchObject({
			status: 'rejected',
			reason: { message: expect.stringMatching(/no connection .* of this tenant/) },
		});
	});
});

async function claim(): ReturnType<typeof claimDue> {
	const options: ClaimOptions = {
		provider: 'xero',
		limit: 50,
		syncEveryHours: 6,
		holder: holder('execution-1'),
		authentication: 'stored',
		runNow: true,
	};
	return await claimDue(database.pool, options);
}
