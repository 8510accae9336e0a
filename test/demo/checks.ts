import type { Pool } from 'pg';

import { inTenant } from '../../db/postgres/transaction';
import { imbalances, rowVersions, type BookedRun } from '../support/database/stored';
import { differences } from '../support/expect/differences';
import type { Scenario, Tenant } from '../support/n8n/scenario';
import { uploadDifferences } from './upload';

/** Something the demo claims, and whether it held; `details` says what did not, or adds a figure. */
export interface Check {
	claim: string;
	holds: boolean;
	details: string[];
}

/** Every row of every tenant is equal to the sandbox's own totals, and what was uploaded to the file. */
export async function equalToSource(
	{ warehouse, sandbox, tenants }: Scenario,
	uploader: Tenant | undefined,
): Promise<Check> {
	const wrong = uploader ? await uploadDifferences(warehouse.admin, uploader) : [];
	for (const tenant of tenants) wrong.push(...(await differences(warehouse.admin, sandbox, tenant)));
	return {
		claim: 'Every row is equal to the sandbox’s own totals, to the cent',
		holds: wrong.length === 0,
		details: wrong,
	};
}

/** Nothing in the sandbox’s data is wrong, so a rejected row is a fault of ours. */
export function allSucceeded(runs: BookedRun[], expected: number): Check {
	const wrong = runs.filter(({ status }) => status !== 'succeeded');
	const details = wrong.map(({ tenant, status, error }) => `${tenant}: ${status}. ${error?.message ?? ''}`);
	if (runs.length !== expected) details.push(`${runs.length} runs where ${expected} were expected.`);
	details.push(...runs.flatMap(rejectionsOf));
	return { claim: 'Every run succeeded and rejected nothing', holds: details.length === 0, details };
}

function rejectionsOf({ tenant, provider, records, rows }: BookedRun): string[] {
	if (records.rejected + rows.rejected === 0) return [];
	return [`${tenant}, ${provider}: ${records.rejected} records and ${rows.rejected} rows were rejected.`];
}

export function sumsHold(runs: BookedRun[]): Check {
	const wrong = runs.flatMap(imbalances);
	return {
		claim: 'Every record and every row is accounted for, by the database’s own counts',
		holds: wrong.length === 0,
		details: wrong,
	};
}

/** Compares which transaction wrote each row, before and after the second run. */
export async function wroteNothing(admin: Pool, before: Map<string, string>): Promise<Check> {
	const after = await rowVersions(admin);
	const rewritten = [...after].filter(([row, version]) => before.get(row) !== version).map(([row]) => row);
	const holds = rewritten.length === 0 && after.size === before.size;
	return {
		claim: `The second run wrote none of the ${before.size} rows`,
		holds,
		details: rewritten.map((row) => `${row} was written again.`),
	};
}

/** Looks from each tenant, and from none, with n8n's own login: all rows there are, and whose. */
export async function keptApart({ warehouse, tenants: connections }: Scenario): Promise<Check> {
	const tenants = [...new Map(connections.map((tenant) => [tenant.id, tenant])).values()];
	const wrong: string[] = [];
	for (const tenant of tenants) {
		const seen = await inTenant(warehouse.pool, tenant.id, async (client) => {
			const { rows } = await client.query<{ own: number; others: number }>(COUNT_VISIBLE, [tenant.id]);
			return rows[0];
		});
		if (!seen?.own || seen.others > 0) {
			wrong.push(`${tenant.name} sees ${seen?.own} rows of its own and ${seen?.others} of others.`);
		}
		wrong.push(...(await intrusions(warehouse.pool, tenant, tenants)));
	}
	const seenByNone = await countWithoutTenant(warehouse.pool);
	if (seenByNone > 0) wrong.push(`Without a tenant ${seenByNone} rows are seen.`);
	return {
		claim: 'No tenant sees or changes another’s rows; without a tenant nothing is seen',
		holds: wrong.length === 0,
		details: wrong,
	};
}

const COUNT_VISIBLE = `
	select count(*) filter (where c.tenant_id = $1)::int as own,
		count(*) filter (where c.tenant_id is distinct from $1)::int as others
	from (
		select client_kpi_id from financials
		union all select client_kpi_id from lead_events
		union all select client_kpi_id from custom_metrics
	) f left join client_kpis c on c.id = f.client_kpi_id`;

/** Asks for the others' rows by name, and tries to change them. */
async function intrusions(pool: Pool, tenant: Tenant, tenants: Tenant[]): Promise<string[]> {
	const others = tenants.map(({ id }) => id).filter((id) => id !== tenant.id);
	return await inTenant(
		pool,
		tenant.id,
		async (client) => {
			const { rowCount } = await client.query(
				'update client_kpis set industry = industry where tenant_id = any($1)',
				[others],
			);
			return rowCount ? [`${tenant.name} changed ${rowCount} rows of others.`] : [];
		},
		'zixly_loader',
	);
}

async function countWithoutTenant(pool: Pool): Promise<number> {
	const client = await pool.connect();
	try {
		await client.query('begin; set local role zixly_app');
		const { rows } = await client.query<{ count: number }>('select count(*)::int as count from client_kpis');
		return rows[0]?.count ?? 0;
	} finally {
		await client.query('rollback');
		client.release();
	}
}
