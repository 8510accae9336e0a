/**
 * The loader without n8n around it: `npm run bench -- loader [rows] [rows a chunk]`. First load, unchanged again,
 * all changed; on the full schema with row-level security, foreign keys and checks on.
 */
import { closePools, poolFor } from '../../db/connection';
import { loadChunk } from '../../db/load/load-chunk';
import { createTenant } from '../../db/tenants';
import { inTenant } from '../../db/transaction';
import { createTemplate, loginSettings, WORKER } from '../support/database-template';
import { startPostgres } from '../support/postgres';
import { financialsRows } from './financials';
import pg from 'pg';

async function main([count = '100000', chunkSize = '5000']: string[]): Promise<void> {
	const server = await startPostgres({ settings: { full_page_writes: 'on' } });
	try {
		const source = await createTemplate(server.adminUrl);
		const pool = poolFor(loginSettings(source, WORKER, source.template));
		const { id: tenantId } = await createTenant(pool, { name: 'Bench' });
		for (const [name, shift] of [
			['first', 0],
			['unchanged', 0],
			['changed', 1],
			['unchanged', 1],
		] as const) {
			await measure(pool, { name, tenantId, shift, count: Number(count), chunkSize: Number(chunkSize) });
		}
	} finally {
		await closePools();
		await server.stop();
	}
}

interface Pass {
	name: string;
	tenantId: string;
	/** Added to every row's cash flow. */
	shift: number;
	count: number;
	chunkSize: number;
}

async function measure(pool: pg.Pool, { name, tenantId, shift, count, chunkSize }: Pass): Promise<void> {
	const syncRunId = await openRun(pool, tenantId);
	const rows = financialsRows(count, syncRunId);
	for (const row of rows) row.row.cashFlow = `${12 + shift}.50`;
	const walBefore = await walPosition(pool);
	const started = performance.now();
	const fates = new Map<string, number>();
	for (let from = 0; from < rows.length; from += chunkSize) {
		const chunk = { tenantId, syncRunId, integrationId: null, rejected: [], states: [] };
		const result = await loadChunk(pool, { ...chunk, rows: rows.slice(from, from + chunkSize) });
		for (const fate of result.fates) fates.set(fate, (fates.get(fate) ?? 0) + 1);
	}
	const seconds = (performance.now() - started) / 1000;
	const wal = (await walPosition(pool)) - walBefore;
	console.log(
		`${name.padEnd(10)} ${Math.round(count / seconds)} rows/s  WAL ${(wal / count).toFixed(1)} B/row  ${JSON.stringify(Object.fromEntries(fates))}`,
	);
}

async function openRun(pool: pg.Pool, tenantId: string): Promise<string> {
	const id = `bench-${Date.now()}`;
	await inTenant(pool, tenantId, (client) =>
		client.query("insert into etl.sync_runs (id, tenant_id, provider) values ($1, $2, 'xero')", [
			id,
			tenantId,
		]),
	);
	return id;
}

async function walPosition(pool: pg.Pool): Promise<number> {
	const { rows } = await pool.query<{ position: string }>(
		"select pg_current_wal_lsn() - '0/0'::pg_lsn as position",
	);
	return Number(rows[0]!.position);
}

void main(process.argv.slice(2));
