import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { isDay } from '../postgres/days';
import { inTenant } from '../postgres/transaction';

/** How figures are grouped; weeks begin on Monday. */
export type Bucket = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** What is asked of a tenant's figures. */
export interface KpiRequest {
	tenantId: string;
	/** `client_kpis.id` or `client_id`; all clients if not given. */
	client?: string;
	bucket: Bucket;
	/** The first and the last day, `YYYY-MM-DD`; widened to whole periods. */
	from: string;
	to: string;
	/** The maximum number of rows: the newest are returned. */
	limit: number;
}

/** Rows in the order of time. */
export interface KpiResult<Row> {
	rows: Row[];
	/** Whether older rows were left out because of the limit. */
	isCut: boolean;
}

const STEPS: Record<Bucket, { interval: string; days: number }> = {
	day: { interval: '1 day', days: 1 },
	week: { interval: '7 days', days: 7 },
	month: { interval: '1 month', days: 28 },
	quarter: { interval: '3 months', days: 90 },
	year: { interval: '1 year', days: 365 },
};

/** More than a year of days; more points than a chart shows. */
const MAX_PERIODS = 400;

/** Long enough for a large tenant; nobody waits longer for a chart. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** The length of a bucket as PostgreSQL reads it. */
export const getInterval = (bucket: Bucket): string => STEPS[bucket].interval;

/**
 * Runs a query of a tenant's figures in a transaction that can only read.
 * @throws Error if the range is invalid or too long, or there is no such tenant or client
 */
export async function readKpis<Row extends { periodStart: string }>(
	pool: Pool,
	request: KpiRequest,
	query: (client: PoolClient, clientKpiId: string | null, maxRows: number) => Promise<Row[]>,
): Promise<KpiResult<Row>> {
	assertRange(request);
	return await readInTenant(pool, request.tenantId, async (client) => {
		const clientKpiId = request.client ? await findClient(client, request.client) : null;
		const rows = await query(client, clientKpiId, request.limit + 1);
		const isCut = rows.length > request.limit;
		return { rows: sortByTime(rows.slice(0, request.limit)), isCut };
	});
}

/** Runs `work` in a tenant's transaction that can only read. @throws Error if there is no such tenant */
export async function readInTenant<T>(
	pool: Pool,
	tenantId: string,
	work: (client: PoolClient) => Promise<T>,
): Promise<T> {
	return await inTenant(pool, tenantId, async (client) => {
		await client.query(
			"select set_config('transaction_read_only', 'on', true), set_config('statement_timeout', $1, true)",
			[String(STATEMENT_TIMEOUT_MS)],
		);
		const { rowCount } = await client.query('select from tenants where id = $1', [tenantId]);
		if (rowCount === 1) return await work(client);
		throw new ExplainedError(
			`There is no tenant "${tenantId}".`,
			'Tenant: Get Many lists the existing ones.',
		);
	});
}

/** The queries give the newest first; within a period their order stays. */
function sortByTime<Row extends { periodStart: string }>(rows: Row[]): Row[] {
	return rows.sort((a, b) => (a.periodStart < b.periodStart ? -1 : Number(a.periodStart > b.periodStart)));
}

function assertRange({ from, to, bucket }: KpiRequest): void {
	for (const [label, day] of [
		['From', from],
		['To', to],
	]) {
		if (!isDay(day!)) throw new ExplainedError(`${label} "${day}" is not a day.`, 'Write it as YYYY-MM-DD.');
	}
	if (from > to)
		throw new ExplainedError(`To (${to}) is before From (${from}).`, 'Enter the earlier day in From.');
	const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
	const periods = Math.ceil(days / STEPS[bucket].days);
	if (periods <= MAX_PERIODS) return;
	throw new ExplainedError(
		`From ${from} to ${to} are about ${periods} ${bucket}s.`,
		`At most ${MAX_PERIODS} are read at once: choose a shorter range or group by a longer period.`,
	);
}

async function findClient(client: PoolClient, id: string): Promise<string> {
	const { rows } = await client.query<{ id: string }>(
		'select id from client_kpis where id = $1 or client_id = $1 order by id = $1 desc limit 1',
		[id],
	);
	if (rows[0]) return rows[0].id;
	throw new ExplainedError(`This tenant has no client "${id}".`, 'Client: Get Many lists its clients.');
}

/** The names of clients. */
export async function readClientNames(
	client: PoolClient,
	ids: readonly string[],
): Promise<Map<string, string>> {
	const { rows } = await client.query<{ id: string; name: string }>(
		'select id, client_name as name from client_kpis where id = any ($1)',
		[ids],
	);
	return new Map(rows.map(({ id, name }) => [id, name]));
}
