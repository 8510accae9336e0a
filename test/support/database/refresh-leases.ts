import type { Pool } from 'pg';

/** As if every holder of a refresh lease had been silent for longer than it lasts. */
export async function endLeases(admin: Pool): Promise<void> {
	await admin.query("update etl.refresh_leases set until = now() - interval '1 second'");
}
