/**
 * The loader without n8n around it: `npm run bench -- loader [rows] [rows a chunk] [clients]`. First load, unchanged again,
 * all changed, one chunk at a time; on the full schema with row-level security, foreign keys and checks on. On a busy machine compare the
 * microseconds of processor time a row, of this process and of PostgreSQL's, rather than the rows a second.
 */
import { readFileSync } from 'node:fs';

import type pg from 'pg';

import { closePools, getPool } from '../../db/postgres/pool';
import { loadChunk } from '../../db/load/load-chunk';
import { openRun } from '../../db/runs/open';
import { createTenant } from '../../db/integrations/tenants';
import { createTemplate, loginSettings, WORKER } from '../support/database/template';
import { startPostgres } from '../support/database/postgres';
import { financialsRows } from './financials';
import { holder } from '../support/database/run-holder';

async function main([count = '100000', chunkSize = '5000', clients = '20']: string[]): Promise<void> {
	const server = await startPostgres({ settings: { full_page_writes: 'on' } });
	try {
		const source = await createTemplate(server.adminUrl);
		// One connection, whose process can be watched.
		const pool = getPool({ ...loginSettings(source, WORKER, source.template), maxConnections: 1 });
		const { id: tenantId } = await createTenant(pool, { name: 'Bench' });
		for (const [name, shift] of [
			['first', 0],
			['unchanged', 0],
			['changed', 1],
			['unchanged', 1],
		] as const) {
			const size = { count: Number(count), chunkSize: Number(chunkSize), clients: Number(clients) };
			await measure(pool, { name, tenantId, shift, ...size });
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
	clients: number;
}

async function measure(pool: pg.Pool, pass: Pass): Promise<void> {
	const { name, tenantId, shift, count, chunkSize, clients } = pass;
	const syncRunId = await openRun(pool, { tenantId, provider: 'xero' }, holder('bench'));
	const rows = financialsRows(count, syncRunId, { clients });
	for (const row of rows) row.row.cashFlow = `${12 + shift}.50`;
	const walBefore = await walPosition(pool);
	const [serverBefore, clientBefore] = [await serverMicros(pool), process.cpuUsage()];
	const started = performance.now();
	const sums = new Map<string, number>();
	for (let from = 0; from < rows.length; from += chunkSize) {
		const chunk = {
			tenantId,
			syncRunId,
			integrationId: null,
			provider: 'xero',
			executionId: 'bench',
			rejected: [],
			states: [],
		};
		const result = await loadChunk(pool, { ...chunk, rows: rows.slice(from, from + chunkSize) });
		for (const outcome of result.outcomes) sums.set(outcome, (sums.get(outcome) ?? 0) + 1);
	}
	const seconds = (performance.now() - started) / 1000;
	const { user, system } = process.cpuUsage(clientBefore);
	const [server, client] = [(await serverMicros(pool)) - serverBefore, user + system];
	const wal = (await walPosition(pool)) - walBefore;
	console.log(
		name.padEnd(10),
		`${Math.round(count / seconds)} rows/s`.padStart(14),
		`CPU ${(client / count).toFixed(1)} + ${(server / count).toFixed(1)} µs a row`,
		`WAL ${(wal / count).toFixed(1)} B a row`,
		JSON.stringify(Object.fromEntries(sums)),
	);
}

/** Processor time of the server's process behind the connection; Linux counts it in hundredths of a second. */
async function serverMicros(pool: pg.Pool): Promise<number> {
	const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
	const fields = readFileSync(`/proc/${rows[0]!.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
	return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function walPosition(pool: pg.Pool): Promise<number> {
	const { rows } = await pool.query<{ position: string }>(
		"select pg_current_wal_lsn() - '0/0'::pg_lsn as position",
	);
	return Number(rows[0]!.position);
}

void main(process.argv.slice(2));
