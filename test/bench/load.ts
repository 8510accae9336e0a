/**
 * `npm run bench -- load [rounds] [rows,rows…]`: the same rows of `financials` through Zixly Postgres Upsert and through n8n's own
 * Postgres node, in the real n8n; first load, then the same again. Medians; ours has row-level security, foreign keys
 * and checks to pay for, the rival has none of them.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { closePools, getPool, settingsFromUrl } from '../../db/postgres/pool';
import { createTenant } from '../../db/integrations/tenants';
import { asAdmin, createTemplate, loginSettings, WORKER } from '../support/database/template';
import { startPostgres, type PostgresServer } from '../support/database/postgres';
import { RealN8n } from '../support/n8n/real-n8n';
import { benchWorkflow, ours, rival, type Contender } from './contenders';
import { financialsRows } from './financials';
import { Results, type Measure } from './results';

async function main([rounds = '3', sizes = '10000,100000']: string[]): Promise<void> {
	const servers = [
		await startPostgres(),
		await startPostgres({ settings: { full_page_writes: 'on' } }),
	] as const;
	const folder = await mkdtemp(join(tmpdir(), 'zixly-bench-'));
	try {
		await bench(servers[0], servers[1], folder, Number(rounds), sizes.split(',').map(Number));
	} finally {
		await closePools();
		await Promise.all(servers.map((server) => server.stop()));
		await rm(folder, { recursive: true, force: true });
	}
}

async function bench(
	books: PostgresServer,
	store: PostgresServer,
	folder: string,
	rounds: number,
	sizes: number[],
): Promise<void> {
	const source = await createTemplate(store.adminUrl);
	const login = loginSettings(source, WORKER, source.template);
	const adminUrl = new URL(store.adminUrl);
	adminUrl.pathname = `/${source.template}`;
	const admin = new pg.Pool({ connectionString: adminUrl.href, max: 1, allowExitOnIdle: true });
	const pool = getPool(login);
	const { id: tenantId } = await createTenant(pool, { name: 'Bench' });
	const contenders = [ours(pool, login, tenantId), await rival(admin, settingsFromUrl(adminUrl.href))];
	const n8n = await startN8n(books, folder, contenders, adminUrl.href);
	try {
		const results = new Results();
		for (const size of sizes) {
			for (let round = 0; round < rounds; round++) {
				for (const contender of contenders) await compete({ n8n, admin, folder }, contender, size, results);
			}
		}
		console.log(results.report(sizes));
	} finally {
		await n8n.close();
		await admin.end();
	}
}

interface Stage {
	n8n: RealN8n;
	admin: pg.Pool;
	folder: string;
}

/** Into the empty table, then the same again. */
async function compete(stage: Stage, contender: Contender, size: number, results: Results): Promise<void> {
	await stage.admin.query(`truncate ${contender.table}`);
	for (const pass of ['first', 'unchanged'] as const) {
		const measure = await load(stage, contender, size);
		// Else the server may begin to do so by itself while one of the two is measured.
		await stage.admin.query(`vacuum (analyze) ${contender.table}`);
		results.add({ contender: contender.name, size, pass }, measure);
		console.error(`${contender.name} ${size} ${pass}: ${describe(measure)}`);
	}
}

async function startN8n(
	books: PostgresServer,
	folder: string,
	contenders: Contender[],
	storeUrl: string,
): Promise<RealN8n> {
	await asAdmin(books.adminUrl, (client) => client.query('create database n8n'));
	const url = new URL(books.adminUrl);
	url.pathname = '/n8n';
	const env = { N8N_CUSTOM_EXTENSIONS: join(__dirname, 'n8n-nodes') };
	const n8n = await RealN8n.create({ database: settingsFromUrl(url.href), env });
	await n8n.importCredentials(contenders.map(({ credential }) => credential));
	await n8n.importWorkflows(
		contenders.map((contender) => benchWorkflow(contender, filesIn(folder), storeUrl)),
	);
	return n8n;
}

const filesIn = (folder: string) => ({
	rowsFile: join(folder, 'rows.json'),
	startFile: join(folder, 'start.json'),
	markFile: join(folder, 'mark.json'),
});

/** Runs the workflow once. Its own output may be too large for n8n to print: the mark says that the node was done. */
async function load({ n8n, admin, folder }: Stage, contender: Contender, size: number): Promise<Measure> {
	const files = filesIn(folder);
	await rm(files.markFile, { force: true });
	await writeFile(
		files.rowsFile,
		JSON.stringify(await contender.items(financialsRows(size, `bench-${size}`))),
	);
	await admin.query('checkpoint');
	const before = await walPosition(admin);
	const execution = await n8n.cli(['execute', `--id=bench-${contender.name}`], { N8N_LOG_LEVEL: 'error' });
	const wal = (await walPosition(admin)) - before;
	const start = JSON.parse(await readFile(files.startFile, 'utf8')) as { at: number };
	const mark = await readFile(files.markFile, 'utf8').then(
		(text) => JSON.parse(text) as { at: number; peakMemoryMb: number },
		() => {
			throw new Error(
				`The workflow did not come to its end:\n${execution.stderr}${execution.stdout.slice(-4_000)}`,
			);
		},
	);
	await mustHold(admin, contender, size);
	return {
		rowsPerSecond: size / ((mark.at - start.at) / 1000),
		peakMemoryMb: mark.peakMemoryMb,
		walBytesPerRow: wal / size,
	};
}

async function mustHold(admin: pg.Pool, { name, table }: Contender, size: number): Promise<void> {
	const { rows } = await admin.query<{ count: number }>(`select count(*)::int from ${table}`);
	if (rows[0]?.count !== size) throw new Error(`${name} stored ${rows[0]?.count} of ${size} rows.`);
}

async function walPosition(admin: pg.Pool): Promise<number> {
	const { rows } = await admin.query<{ position: string }>(
		"select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as position",
	);
	return Number(rows[0]!.position);
}

function describe({ rowsPerSecond, peakMemoryMb, walBytesPerRow }: Measure): string {
	return `${Math.round(rowsPerSecond)} rows/s, ${Math.round(peakMemoryMb)} MB, ${walBytesPerRow.toFixed(1)} B WAL a row`;
}

main(process.argv.slice(2)).catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
