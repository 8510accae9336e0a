import type { Pool } from 'pg';

import { asTokenKeeper, asTokenKeeperDurably } from './token-transaction';
import type { TokenOwner } from './token-set';

/**
 * Longer than any exchange takes: a holder that exceeds it hangs or is dead. Shorter than a sync run's lease, so that the
 * run after one whose process was killed during a refresh finds it ended.
 */
export const LEASE_SECONDS = 600;

/** The right to ask the provider for a new pair. */
export interface RefreshLease {
	holder: string;
	/** Whether an earlier holder never reported the provider's answer, and may still have a newer pair. */
	takenOver: boolean;
	/** Whether the provider has refused the grant since. */
	refused: boolean;
}

/** How a lease ends: a newer pair is stored; the exchange failed; the provider refused the grant. */
export type LeaseEnd = 'settled' | 'failed' | 'refused';

/** Takes the lease if it is free. Safe to repeat. @returns undefined if another holder has it */
export async function takeLease(
	pool: Pool,
	{ tenantId, integrationId }: TokenOwner,
	holder: string,
	seconds = LEASE_SECONDS,
): Promise<RefreshLease | undefined> {
	return await asTokenKeeperDurably(pool, tenantId, async (client) => {
		const { rows } = await client.query<Omit<RefreshLease, 'holder'>>(TAKE, [
			...[integrationId, tenantId, holder, seconds],
		]);
		return rows[0] && { holder, ...rows[0] };
	});
}

// A lease that was ended properly is deleted: finding an expired one means taking it over.
const TAKE = `
	insert into etl.refresh_leases as l (integration_id, tenant_id, holder, until)
	values ($1, $2, $3, now() + make_interval(secs => $4))
	on conflict (integration_id) do update
		set holder = excluded.holder, until = excluded.until, taken_over = l.taken_over or l.holder <> excluded.holder
		where l.until <= now() or l.holder = excluded.holder
	returning taken_over as "takenOver", refused`;

/**
 * Ends a lease without a new pair. The row of a lease that was taken over is kept until a newer pair is stored: a refusal
 * may then be caused by the earlier holder, whose pair ends it. Safe to repeat.
 */
export async function endLease(
	pool: Pool,
	{ tenantId, integrationId }: TokenOwner,
	{ holder, takenOver }: RefreshLease,
	end: LeaseEnd,
): Promise<void> {
	await asTokenKeeper(pool, tenantId, async (client) => {
		if (takenOver && end !== 'settled') await client.query(KEEP, [integrationId, holder, end === 'refused']);
		else await client.query(DELETE, [integrationId, holder]);
	});
}

const DELETE = 'delete from etl.refresh_leases where integration_id = $1 and holder = $2';

const KEEP = `update etl.refresh_leases set until = now(), refused = refused or $3
	where integration_id = $1 and holder = $2`;
