import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';
import pg from 'pg';
import { afterAll, beforeAll, describe, it } from '@jest/globals';

import { getPool } from '../../db/postgres/pool';
import { generateKey, keyRing, type KeyRing } from '../../db/vault/key-ring';
import { refreshTokens } from '../../db/vault/refresh';
import type { TokenOwner } from '../../db/vault/token-set';
import { readTokens, storeTokens } from '../../db/vault/token-store';
import { randomFrom, type Random } from '../sandbox/core/random';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { newConnection } from '../support/database/connected';
import { createTemplate, loginSettings, WORKER } from '../support/database/template';
import { startPostgres, type PostgresServer } from '../support/database/postgres';
import { reseal } from '../support/database/reseal';
import { SingleUseProvider } from '../support/http/single-use-provider';
import { isRefusal } from '../support/http/token-server';

/** A night's run sets more; each takes some seconds. */
const ROUNDS = Number(process.env.ZIXLY_OUTAGE_ROUNDS ?? 10);
const SEED = process.env.ZIXLY_OUTAGE_SEED ?? 'outages';
/** What is killed between: before the lease, while it is taken, while the provider is asked, and around the save. */
const POINTS = ['at once', 'a moment later', 'before the answer', 'after the answer', 'at the save'] as const;

let server: PostgresServer;
let pool: Pool;
let admin: Pool;

beforeAll(async () => {
	server = await startPostgres();
	const template = await createTemplate(server.adminUrl);
	const url = new URL(`/${template.template}`, server.adminUrl).href;
	admin = new pg.Pool({ connectionString: url, max: 2, allowExitOnIdle: true });
	admin.on('error', () => undefined);
	admin.on('connect', (client) => client.on('error', () => undefined));
	pool = getPool({ ...loginSettings(template, WORKER, template.template), maxConnections: 5 });
});
afterAll(async () => {
	await pool.end();
	await admin.end();
	await server.stop();
});

/** An outage that a round draws: the server is killed once, and comes back on the same data. */
class Outage {
	private down?: Promise<void>;

	constructor(
		readonly point: (typeof POINTS)[number],
		private readonly delayMs: number,
		private readonly downMs: number,
	) {}

	static draw(random: Random): Outage {
		const point = POINTS[random.between(0, POINTS.length - 1)]!;
		return new Outage(point, random.between(0, 25), random.between(300, 4_000));
	}

	/** Resolves when the server is gone; it comes back in the background. */
	async begin(): Promise<void> {
		const crashed = server.crash();
		this.down ??= crashed.then(async () => {
			await sleep(this.downMs);
			await server.restart();
		});
		await crashed;
	}

	beginSoon(): void {
		setTimeout(() => void this.begin(), this.delayMs);
	}

	async isOver(): Promise<void> {
		// One that was due after the refresh had ended is late, not left out.
		await sleep(this.delayMs);
		await this.down;
	}

	toString(): string {
		return `${this.point}, ${this.downMs} ms`;
	}
}

async function refreshThrough(
	outage: Outage,
	provider: SingleUseProvider,
	ring: KeyRing,
	owner: TokenOwner,
): Promise<void> {
	const exchange = async (token: string): ReturnType<SingleUseProvider['exchange']> => {
		if (outage.point === 'before the answer') await outage.begin();
		const tokens = await provider.exchange(token);
		if (outage.point === 'after the answer') await outage.begin();
		if (outage.point === 'at the save') outage.beginSoon();
		return tokens;
	};
	if (outage.point === 'at once') await outage.begin();
	if (outage.point === 'a moment later') outage.beginSoon();
	// What it ends with is not the question: whoever fails comes again.
	await refreshTokens(pool, ring, owner, { stale: null, exchange, isRefusal }).catch(() => undefined);
	await outage.isOver();
}

/** What a round lost: the connection, or a call more than one for an expiry. */
async function lossOf(provider: SingleUseProvider, ring: KeyRing, owner: TokenOwner): Promise<unknown> {
	const request = {
		stale: null,
		exchange: async (token: string) => await provider.exchange(token),
		isRefusal,
	};
	try {
		const { refreshToken: given } = await refreshTokens(pool, ring, owner, request);
		const { refreshToken: stored } = await readTokens(pool, ring, owner);
		if (given !== provider.honoured || stored !== provider.honoured) return 'the connection';
		return provider.calls === 1 ? undefined : `${provider.calls} calls`;
	} catch (error) {
		return error;
	}
}

function newRing(old?: { id: string; key: string }): { ring: KeyRing; key: { id: string; key: string } } {
	const key = generateKey();
	const retiredKeys = old && `${old.id}:${old.key}`;
	return { key, ring: keyRing({ activeKeyId: key.id, activeKey: key.key, retiredKeys }) };
}

describe('PostgreSQL killed during a refresh', () => {
	it(
		'costs no connection and no second call, though the vault is rotated in between',
		async () => {
			const random = randomFrom(SEED);
			const provider = new SingleUseProvider('outage');
			const owner = await newConnection(pool, 'Harbour', 'myob');
			let { ring, key } = newRing();
			const attacks: Attack[] = [];
			for (let round = 0; round < ROUNDS; round++) {
				const outage = Outage.draw(random);
				await storeTokens(pool, ring, owner, provider.expire());
				await refreshThrough(outage, provider, ring, owner);
				if (random.chance(0.5)) {
					({ ring, key } = newRing(key));
					await reseal(admin, ring, owner);
				}
				const gained = await lossOf(provider, ring, owner);
				attacks.push({ name: `round ${round} of seed ${SEED}: ${outage}`, gained });
			}
			expectRepelled('tokens: PostgreSQL killed during a refresh', attacks);
		},
		ROUNDS * 60_000,
	);
});
