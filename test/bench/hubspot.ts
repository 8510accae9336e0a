/**
 * `npm run bench -- hubspot [deals] [kill every]`: a first read of a large portal by the bundled workflow in n8n's engine, one
 * execution after another as the schedule would start them, each in windows of Max Records. Every so many windows one
 * runs in another process, which is killed in the middle. Says how the memory of the process ran, and whether every deal and every cent is there.
 */
import pg from 'pg';

import { closePools, getPool } from '../../db/postgres/pool';
import { startSandbox, type HubSpotSandbox } from '../sandbox';
import { createTemplate, loginSettings, WORKER } from '../support/database/template';
import { expectedRows, funnelOf } from '../support/expect/hubspot';
import { KillableSync } from '../support/engine/killable';
import { startPostgres } from '../support/database/postgres';
import { Scenario } from '../support/n8n/scenario';

const WORKFLOW = 'zixly-sync-hubspot';
const MB = 1024 * 1024;

async function main([deals = '200000', killEvery = '8']: string[]): Promise<void> {
	const server = await startPostgres();
	const sandbox = await startSandbox({
		seed: `bench-${process.pid}`,
		// Its limits would only make it wait: 2 calls for 50 deals and 9 calls a second are 20 minutes for 200,000.
		hubspot: { largeDeals: Number(deals), tenSeconds: 1_000_000, day: 10_000_000, searchesASecond: 1_000 },
	});
	const source = await createTemplate(server.adminUrl);
	const settings = { ...loginSettings(source, WORKER, source.template), maxConnections: 5 };
	const adminUrl = new URL(server.adminUrl);
	adminUrl.pathname = `/${source.template}`;
	const admin = new pg.Pool({ connectionString: adminUrl.href, max: 2, allowExitOnIdle: true });
	try {
		const scenario = new Scenario({ settings, pool: getPool(settings), admin }, sandbox);
		await scenario.connect('Large', 'large', 'hubspot');
		await new FirstRead(scenario, Number(killEvery)).run();
		console.log(await verdict(admin, sandbox.hubspot));
	} finally {
		await admin.end();
		await closePools();
		await sandbox.close();
		await server.stop();
	}
}

/** Window after window until nothing is left to read. */
class FirstRead {
	/** One process for all windows but those that are killed: its memory is what counts. */
	private readonly worker = KillableSync.start(['--expose-gc']);

	constructor(
		private readonly scenario: Scenario,
		private readonly killEvery: number,
	) {}

	async run(): Promise<void> {
		const begun = Date.now();
		for (let window = 1; !(await this.isComplete()); window++) {
			if (window % this.killEvery === 0) await this.kill(window);
			else await this.window(window);
		}
		await this.worker.kill();
		console.log(`first read: ${Math.round((Date.now() - begun) / 1_000)} s`);
	}

	private async window(number: number): Promise<void> {
		const begun = Date.now();
		await this.begin(this.worker);
		const { status, memory } = await this.worker.hear('done');
		const { rows } = await this.scenario.warehouse.admin.query<{ count: number }>(
			'select count(distinct lead_id)::int as count from lead_events',
		);
		const heap = `${Math.round(memory.heapUsed / MB)} MB heap, ${Math.round(memory.rss / MB)} MB resident`;
		console.log(`window ${number}: ${status}, ${rows[0]?.count} deals, ${Date.now() - begun} ms, ${heap}`);
	}

	/** SIGKILL somewhere in the window: a little later each time. */
	private async kill(window: number): Promise<void> {
		const upTo = 10 + ((window * 37) % 300);
		const victim = KillableSync.start();
		await this.begin(victim);
		const since = Date.now();
		const answered = (): number => this.scenario.sandbox.hubspot.requests.length;
		while (answered() < upTo && !victim.isOver() && Date.now() - since < 60_000) await pause(5);
		await victim.kill();
		console.log(`window ${window}: killed after ${answered()} requests`);
		await this.scenario.warehouse.admin.query(
			`update etl.sync_runs set lease_until = now() - interval '1 second' where status = 'running'`,
		);
	}

	private async begin(worker: KillableSync): Promise<void> {
		this.scenario.sandbox.hubspot.clearRequests();
		await worker.begin({ credentials: this.scenario.credentials, workflow: WORKFLOW });
	}

	private async isComplete(): Promise<boolean> {
		const { rows } = await this.scenario.warehouse.admin.query<{ done: boolean }>(
			`select state -> 'all' ->> 'doneAt' is not null as done from etl.stream_states`,
		);
		return rows[0]?.done ?? false;
	}
}

const pause = async (milliseconds: number): Promise<void> =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The funnel of the tables against that of the portal's own books. Open is open: deals grow stale while they are read. */
async function verdict(admin: pg.Pool, hubspot: HubSpotSandbox): Promise<string> {
	const options = { portalCurrency: hubspot.portal('large').currency, staleBefore: '' };
	const lines: string[] = [];
	let entries = 0;
	for (const deal of hubspot.books('large').expected()) {
		entries += deal.entries.length;
		lines.push([...expectedRows([deal], options).values()].at(-1)!);
	}
	const expected = [...funnelOf(lines)]
		.map(([key, { deals, cents }]) => `${key} | ${deals} | ${cents}`)
		.sort();
	const { rows } = await admin.query<{ line: string }>(
		`select stage || ' | ' || replace(status, 'stale', 'active') || ' | ' || count(*) || ' | ' || (coalesce(sum(value), 0) * 100)::bigint as line
		from lead_events where status <> 'passed' group by stage, replace(status, 'stale', 'active')`,
	);
	const found = rows.map(({ line }) => line).sort();
	const { rows: counted } = await admin.query<{ count: number }>(
		'select count(*)::int as count from lead_events',
	);
	const wrong = expected.filter((line) => !found.includes(line));
	const right = wrong.length === 0 && found.length === expected.length && counted[0]?.count === entries;
	const said = right
		? 'all there, to the cent'
		: `NOT EQUAL: ${counted[0]?.count} entries, missing ${wrong.join('; ')}`;
	return [...found, `${lines.length} deals, ${entries} entries: ${said}`].join('\n');
}

main(process.argv.slice(2)).catch((error: Error) => {
	console.error(error);
	process.exitCode = 1;
});
