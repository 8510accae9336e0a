import type { Pool } from 'pg';

import type { KeyRing } from '../../../db/vault/key-ring';
import type { TokenOwner } from '../../../db/vault/token-set';
import { open, seal } from '../../../db/vault/cipher';

type Column = 'access_token' | 'refresh_token';

/**
 * Rotates a connection's tokens to the ring's active key, as a rotation of the whole vault does: by compare-and-swap,
 * and not while somebody refreshes them.
 * @returns whether they were sealed anew
 */
export async function reseal(admin: Pool, ring: KeyRing, owner: TokenOwner): Promise<boolean> {
	const { rows } = await admin.query<Record<Column, string>>(
		'select access_token, refresh_token from integrations where id = $1',
		[owner.integrationId],
	);
	const before = rows[0]!;
	const sealAnew = (column: Column): string => {
		const place = { tenantId: owner.tenantId, provider: owner.provider, column };
		return seal(ring, place, open(ring, place, before[column]));
	};
	const { rowCount } = await admin.query(
		`update integrations set access_token = $2, refresh_token = $3
		where id = $1 and access_token = $4 and refresh_token = $5
			and not exists (select from etl.refresh_leases where integration_id = $1 and until > now())`,
		[
			owner.integrationId,
			sealAnew('access_token'),
			sealAnew('refresh_token'),
			before.access_token,
			before.refresh_token,
		],
	);
	return rowCount === 1;
}
