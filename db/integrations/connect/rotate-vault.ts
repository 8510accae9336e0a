import type { Pool } from 'pg';

import { retryAsWorker, withRetries } from '../../postgres/retries';
import { open, readKeyId, seal, VaultError, type TokenPlace } from '../../vault/cipher';
import type { KeyRing } from '../../vault/key-ring';
import { rotateKey, type Rotation, type RotationOptions } from '../../vault/rotation';
import { asTokenKeeperDurably } from '../../vault/token-transaction';
import { pairPlace } from './consents';
import { verifierPlace } from './states';

export interface VaultRotation extends Rotation {
	/** Consents that were begun and not confirmed yet, and were rotated as well. */
	openConsents: number;
}

/** They end within minutes. */
const MAX_STATES = 10_000;

/**
 * Seals everything that is stored under the ring's active key: the tokens of connections, then what consents hold that
 * wait for their confirmation. Safe to stop and to begin again, as `rotateKey` is.
 */
export async function rotateVault(
	pool: Pool,
	ring: KeyRing,
	options: RotationOptions = {},
): Promise<VaultRotation> {
	const rotation = await rotateKey(pool, ring, options);
	const { rows } = await retryAsWorker(pool, (client) =>
		client.query<Place>(
			'select state_id as "stateId", tenant_id as "tenantId" from etl.list_sealed_states($1)',
			[MAX_STATES],
		),
	);
	let openConsents = 0;
	for (const place of rows) if (await rotateState(pool, ring, place, rotation.dryRun)) openConsents++;
	return { ...rotation, openConsents };
}

interface Place {
	stateId: string;
	tenantId: string;
}

/** @returns whether it was rotated. One that cannot be opened ends within minutes: the person begins again */
async function rotateState(
	pool: Pool,
	ring: KeyRing,
	{ stateId, tenantId }: Place,
	dryRun: boolean,
): Promise<boolean> {
	return await withRetries(
		async () =>
			await asTokenKeeperDurably(pool, tenantId, async (client) => {
				const { rows } = await client.query<SealedState>(LOCK, [stateId]);
				const [state] = rows;
				if (!state) return false;
				const owner = { tenantId, provider: state.provider, stateId };
				const pair = sealAgain(ring, pairPlace(owner), state.pair);
				const verifier = sealAgain(ring, verifierPlace(owner, stateId), state.verifier);
				if (pair === state.pair && verifier === state.verifier) return false;
				if (!dryRun) await client.query(STORE, [stateId, pair, verifier]);
				return true;
			}),
	);
}

interface SealedState {
	provider: string;
	pair: string | null;
	verifier: string | null;
}

const LOCK = `select provider, sealed_pair as pair, sealed_verifier as verifier from etl.connect_states
	where id = $1 and stored_at is null for no key update`;

const STORE = 'update etl.connect_states set sealed_pair = $2, sealed_verifier = $3 where id = $1';

function sealAgain(ring: KeyRing, place: TokenPlace, sealed: string | null): string | null {
	try {
		if (sealed === null || readKeyId(sealed) === ring.activeKeyId) return sealed;
		return seal(ring, place, open(ring, place, sealed));
	} catch (error) {
		if (error instanceof VaultError) return sealed;
		throw error;
	}
}
