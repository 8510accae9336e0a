/**
 * `npm run bench -- memory [rows] [rows a chunk]`: rows through the loader, two chunks at once as in the node, each made
 * when it is begun. Shows the process's memory above what it was when idle, and the rows a second, for each tenth.
 */
import type pg from 'pg';

import { closePools, getPool } from '../../db/postgres/pool';
import type { ChunkResult } from '../../db/load/chunk';
import { loadChunk } from '../../db/load/load-chunk';
import { CommitTurn } from '../../db/load/commit-order';
import { openRun } from '../../db/runs/open';
import { createTenant } from '../../db/integrations/tenants';
import { createTemplate, loginSettings, WORKER } from '../support/database/template';
import { startPostgres } from '../support/database/postgres';
import { financialsRows } from './financials';
import { holder } from '../support/database/run-holder';

async function main([count = '1000000', chunkSize = '5000']: string[]): Promise<void> {
	const server = await startPostgres({ settings: { full_page_writes: 'on' } });
	try {
		const source = await createTemplate(server.adminUrl);
		const pool = getPool(loginSettings(source, WORKER, source.template));
		const { id: tenantId } = await createTenant(pool, { name: 'Bench' });
		await loadAll(pool, tenantId, Number(count), Number(chunkSize));
	} finally {
		await closePools();
		await server.stop();
	}
}

async function loadAll(pool: pg.Pool, tenantId: string, count: number, chunkSize: number): Promise<void> {
	const syncRunId = await openRun(pool, { tenantId, provider: 'xero' }, holder('bench'));
	const run = { tenantId, syncRunId, integrationId: null, provider: 'xero', executionId: 'bench' };
	const memory = new Memory();
	let turn: CommitTurn | undefined;
	let [before, current]: Array<Promise<ChunkResult> | undefined> = [];
	let started = performance.now();
	for (let from = 0; from < count; from += chunkSize) {
		const rows = financialsRows(chunkSize, syncRunId, { from });
		const chunk = { ...run, rows, rejected: [], states: [] };
		turn = new CommitTurn(turn);
		await before;
		[before, current] = [current, loadChunk(pool, chunk, { turn })];
		memory.look();
		if ((from + chunkSize) % (count / 10) >= chunkSize) continue;
		const seconds = (performance.now() - started) / 1000;
		console.log(`${from + chunkSize} rows`, `${Math.round(count / 10 / seconds)} rows/s`, memory.report());
		started = performance.now();
	}
	await Promise.all([before, current]);
	console.log(`memory: at most ${memory.most()} MB above idle`);
}

const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Resident memory, as the system sees it: what garbage still holds counts. */
class Memory {
	private readonly idle = process.memoryUsage.rss();
	private readonly peaks = [0];

	look(): void {
		const above = process.memoryUsage.rss() - this.idle;
		this.peaks.push(Math.max(this.peaks.pop()!, above));
	}

	/** The peak since the last report. */
	report(): string {
		const peak = this.peaks.at(-1)!;
		this.peaks.push(0);
		return `${megabytes(peak)} MB above idle`;
	}

	most(): number {
		return megabytes(Math.max(...this.peaks));
	}
}

void main(process.argv.slice(2));
