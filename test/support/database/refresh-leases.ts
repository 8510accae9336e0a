import type { Pool } from 'pg';

/** As if every holder of a refresh lease had been silent for longer than it lasts. */
export async function endLeases(admin: Pool): Promise<void> {
	await admin.query("update etl.refresh_leases set until = now() - interval '1 second'");
}

/** As if every refusal that is in doubt were ten minutes old. */
export async function ageRefusals(admin: Pool): Promise<void> {
	await admin.query(
		"update etl.refresh_leases set until = now(), refused_at = refused_at - interval '10 minutes'",
	);
}
