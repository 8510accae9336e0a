import type { Pool } from 'pg';

import type { KeyRing } from '../../../db/vault/key-ring';
import { readOwnedTokens, reseal as resealTokens } from '../../../db/vault/reseal';
import type { TokenOwner } from '../../../db/vault/token-set';

/**
 * Rotates one connection's tokens to the ring's active key, as a rotation of the whole vault does.
 * @returns whether they were sealed anew
 */
export async function reseal(pool: Pool, ring: KeyRing, owner: TokenOwner): Promise<boolean> {
	const [owned] = await readOwnedTokens(pool, owner.tenantId, [owner.integrationId]);
	return owned !== undefined && (await resealTokens(pool, ring, owned, false)) === 'rotated';
}
