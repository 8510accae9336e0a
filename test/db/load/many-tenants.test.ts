import { expect, it } from '@jest/globals';

import { loadChunk } from '../../../db/load/load-chunk';
import { useDatabase } from '../../support/database/use-database';
import { dealGone, dealRows, funnelOf } from '../../support/database/leads';
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

/** Ours has the leads of all others: it reads them again, and hears that they are gone. */
async function workOfStoring(): Promise<{ again: number; deleted: number }> {
	const target = await loadTarget(database, 'Ours', 'hubspot');
	const ids = Array.from({ length: LEADS }, (_, index) => `${index + 1}`);
	const rows = ids.flatMap((lead) => dealRows({ lead, stages: ['A', 'B'] }));
	await target.load(rows);
	const again = await countPages(database, (pool) => loadChunk(pool, chunkFor(target, rows)));
	const gone = { ...chunkFor(target, []), deletions: ids.map((id) => dealGone(id, '2026-11-09T00:00:00Z')) };
	const deleted = await countPages(database, (pool) => loadChunk(pool, gone));
	expect((await funnelOf(database, target.tenantId)).slice(0, 2)).toEqual([
		'portal 1 A passed -',
		'portal 1 B deleted 100.00',
	]);
	return { again, deleted };
}

it('one tenant’s leads are no more work where others have many of the same ids', async () => {
	await addOthers(1, 5);
	const few = { stale: await workOfAgeing(), ...(await workOfStoring()) };
	await addOthers(6, 1_500);
	expect(await workOfAgeing()).toBeLessThan(1.3 * few.stale);
	const many = await workOfStoring();
	expect(many.again).toBeLessThan(1.3 * few.again);
	expect(many.deleted).toBeLessThan(1.3 * few.deleted);
});
