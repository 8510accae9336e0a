import type { Pool } from 'pg';

import { asTokenKeeper, asTokenKeeperDurably } from './token-transaction';
import type { TokenOwner } from './token-set';

/**
 * Longer than any exchange takes: a holder that exceeds it hangs or is dead. A process killed between the provider's
 * answer and the commit leaves a lease and, if the provider accepts each refresh token once, a useless token. No run can
 * immediately tell that from a slow holder. Runs that begin during the lease, or while the refusal is in doubt, end as
 * deferred with a time to retry. Only a run that begins after both, about 20 minutes after the kill, ends as
 * `reconnect_required`.
 */
export const LEASE_SECONDS = 600;
/** How long a refused grant may be explained by a holder that never reported and has the newer pair. */
const DOUBT_SECONDS = 600;

/** The right to ask the provider for a new pair. */
export interface RefreshLease {
	holder: string;
	/** Whether an earlier holder never reported the provider's answer. */
	takenOver: boolean;
	/** Set if the provider has already refused the grant under such a lease. */
	doubt: { until: Date; isOver: boolean } | null;
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
		const { rows } = await client.query<LeaseRow>(TAKE, [
			integrationId,
			tenantId,
			holder,
			seconds,
			DOUBT_SECONDS,
		]);
		return rows[0] && toLease(holder, rows[0]);
	});
}

// A lease that was ended properly is deleted: finding an expired one means taking it over.
const TAKE = `
	insert into etl.refresh_leases as l (integration_id, tenant_id, holder, until)
	values ($1, $2, $3, now() + make_interval(secs => $4))
	on conflict (integration_id) do update
		set holder = excluded.holder, until = excluded.until, taken_over = l.taken_over or l.holder <> excluded.holder
		where l.until <= now() or l.holder = excluded.holder
	returning taken_over as "takenOver", refused_at + make_interval(secs => $5) as "doubtUntil",
		refused_at + make_interval(secs => $5) <= now() as "isOver"`;

interface LeaseRow {
	takenOver: boolean;
	doubtUntil: Date | null;
	isOver: boolean | null;
}

function toLease(holder: string, { takenOver, doubtUntil, isOver }: LeaseRow): RefreshLease {
	return { holder, takenOver, doubt: doubtUntil && { until: doubtUntil, isOver: isOver === true } };
}

/**
 * Ends a lease without a new pair. The row of a lease that was taken over is kept until a newer pair is stored: a refusal
 * may then be caused by the earlier holder. Safe to repeat.
 * @returns until when a refusal is in doubt, or null
 */
export async function endLease(
	pool: Pool,
	{ tenantId, integrationId }: TokenOwner,
	{ holder, takenOver }: RefreshLease,
	end: LeaseEnd,
): Promise<Date | null> {
	return await asTokenKeeper(pool, tenantId, async (client) => {
		if (!takenOver || end === 'settled') {
			await client.query(DELETE, [integrationId, holder]);
			return null;
		}
		const { rows } = await client.query<{ until: Date | null }>(END_DOUBTFUL, [
			...[integrationId, holder, end === 'refused', DOUBT_SECONDS],
		]);
		return rows[0]?.until ?? null;
	});
}

const DELETE = 'delete from etl.refresh_leases where integration_id = $1 and holder = $2';

const END_DOUBTFUL = `update etl.refresh_leases
	set until = now(), refused_at = case when $3 then coalesce(refused_at, now()) else refused_at end
	where integration_id = $1 and holder = $2
	returning refused_at + make_interval(secs => $4) as until`;
