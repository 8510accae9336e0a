import { expect, it } from '@jest/globals';

import { loadChunk } from '../../../db/load/load-chunk';
import { useDatabase } from '../../support/database/use-database';
import { dealRows, funnelOf } from '../../support/database/leads';
import { chunkFor, loadTarget } from '../../support/database/loading';
import { countPages } from '../../support/database/server-work';

const database = useDatabase();

const LEADS = 40;

/** Tenants with the same leads as ours: their ids are small numbers. */
async function addOthers(from: number, to: number): Promise<void> {
	await database.admin.query(
		`insert into tenants (id, name) select 'other-' || n, 'Other ' || n from generate_series($1::int, $2::int) n`,
		[from, to],
	);
	await database.admin.query(
		`insert into client_kpis (id, tenant_id, client_id, client_name)
		select 'client-' || n, 'other-' || n, 'hubspot:portal', 'Portal' from generate_series($1::int, $2::int) n`,
		[from, to],
	);
	await database.admin.query(
		`insert into lead_events (id, client_kpi_id, event_date, lead_id, stage, status, source_system, external_id, metadata)
		select 'e-' || n || '-' || lead, 'client-' || n, '2025-01-01Z', lead::text, 'A', 'active', 'hubspot',
			'deal:' || lead || ':A', '{"lastActivityAt": "2025-01-01T00:00:00Z", "_src": {"accountId": "portal"}}'
		from generate_series($1::int, $2::int) n, generate_series(1, $3) lead`,
		[from, to, LEADS],
	);
	await database.admin.query('vacuum (analyze) client_kpis, lead_events');
}

const AGEING = {
	...{ stream: 'deals', accountId: 'portal', state: {}, counts: {}, rowsArrived: 0 },
	ageing: { staleBefore: '2026-01-15T00:00:00Z' },
};

/** Ours has two leads, one of which nobody has touched for long. */
async function workOfAgeing(): Promise<number> {
	const target = await loadTarget(database, 'Ours', 'hubspot');
	const lead = (id: string, lastActivityAt: string) =>
		dealRows({ lead: id, stages: ['A'], metadata: { lastActivityAt } });
	await target.load([...lead('1', '2026-01-01T00:00:00Z'), ...lead('2', '2026-02-01T00:00:00Z')]);
	const chunk = { ...chunkFor(target, []), states: [AGEING] };
	const pages = await countPages(database, (pool) => loadChunk(pool, chunk));
	expect(await funnelOf(database, target.tenantId)).toEqual([
		'portal 1 A stale 100.00',
		'portal 2 A active 100.00',
	]);
	return pages;
}

it('finding the stale leads of one tenant is no more work where others have many', async () => {
	await addOthers(1, 5);
	const few = await workOfAgeing();
	await addOthers(6, 1_500);
	expect(await workOfAgeing()).toBeLessThan(1.3 * few);
});
