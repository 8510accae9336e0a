import cuid from '@bugsnag/cuid';

import type { ChunkResult, LoadChunk } from '../../../db/load/chunk';
import type { LoadRejected, LoadRow } from '../../../db/load/input';
import { loadChunk } from '../../../db/load/load-chunk';
import { openRun } from '../../../db/runs/open';
import { createTenant } from '../../../db/integrations/tenants';
import type { TestDatabase } from './database';
import { EXECUTION, holder } from './run-holder';

/** A tenant with a running sync run, to load into. */
export interface LoadTarget {
	tenantId: string;
	integrationId: string;
	syncRunId: string;
	provider: string;
	/** Loads in one chunk. */
	load(rows: LoadRow[], more?: Partial<LoadChunk>): Promise<ChunkResult>;
	/** Loads in one chunk of a new run of the same tenant, of another provider and no connection. */
	loadAs(provider: string, rows: LoadRow[], more?: Partial<LoadChunk>): Promise<ChunkResult>;
	/** Opens another run, as a later sync would; `load` uses it from then on. */
	nextRun(): Promise<string>;
}

/** @param tenantId one that there is already, for another connection of it */
export async function loadTarget(
	database: TestDatabase,
	name = 'Harbour Coffee',
	provider = 'xero',
	tenantId?: string,
): Promise<LoadTarget> {
	const owner = tenantId ?? (await createTenant(database.pool, { name })).id;
	const integrationId = cuid();
	await database.admin.query(
		"insert into integrations (id, tenant_id, provider, status, access_token) values ($1, $2, $3, 'ACTIVE', '')",
		[integrationId, owner, provider],
	);
	const target: LoadTarget = {
		tenantId: owner,
		integrationId,
		syncRunId: '',
		provider,
		load: (rows, more) => loadChunk(database.pool, { ...chunkFor(target, rows), ...more }),
		loadAs: async (source, rows, more) => {
			const syncRunId = await openRun(database.pool, { tenantId: owner, provider: source }, holder());
			return await target.load(rows, { syncRunId, integrationId: null, provider: source, ...more });
		},
		nextRun: async () => {
			await closeRuns(database, integrationId);
			target.syncRunId = cuid();
			await database.admin.query(
				"insert into etl.sync_runs (id, tenant_id, integration_id, provider, execution_id, lease_until) values ($1, $2, $3, $4, $5, now() + interval '15 minutes')",
				[target.syncRunId, owner, integrationId, provider, EXECUTION],
			);
			return target.syncRunId;
		},
	};
	await target.nextRun();
	return target;
}

/** Rows as a chunk of the target's run. */
export function chunkFor(target: LoadTarget, rows: LoadRow[]): LoadChunk {
	const { tenantId, integrationId, syncRunId, provider } = target;
	const run = { tenantId, integrationId, syncRunId, provider, executionId: EXECUTION };
	return { ...run, rows, rejected: [], states: [] };
}

/** As Finish leaves them. */
export async function closeRuns(database: TestDatabase, integrationId: string): Promise<void> {
	await database.admin.query(
		"update etl.sync_runs set status = 'succeeded', finished_at = now(), lease_until = null where integration_id = $1 and status = 'running'",
		[integrationId],
	);
}

interface MonthOptions {
	account?: string;
	recordId?: string;
	version?: string | null;
	metadata?: Record<string, unknown>;
	row?: Record<string, unknown>;
}

/** A row of `financials` as Transform makes it. */
export function month(recordDate: string, revenue: string, options: MonthOptions = {}): LoadRow {
	const {
		account = 'org-1',
		recordId = recordDate.slice(0, 7),
		version = null,
		metadata = {},
		row,
	} = options;
	const origin = { recordId, stream: 'monthlyFinancials', accountId: account };
	return {
		...origin,
		table: 'financials',
		client: { externalId: account, clientName: `Organisation ${account}`, industry: null },
		row: {
			recordDate,
			revenue,
			expenses: '0.00',
			netProfit: revenue,
			cashFlow: '0.00',
			currency: 'AUD',
			sourceSystem: 'xero',
			externalId: `pnl:${account}:${recordDate.slice(0, 7)}:accrual`,
			metadata: { basis: 'accrual', ...metadata, _src: { version, ...origin, syncRunId: 'run' } },
			...row,
		},
	};
}

/** `count` days in a row, all different keys. */
export function days(count: number, account = 'org-1'): LoadRow[] {
	return Array.from({ length: count }, (_, index) => {
		const day = new Date(Date.UTC(2001, 0, 1) + index * 86_400_000).toISOString().slice(0, 10);
		return month(day, `${index}.25`, { account, recordId: day });
	});
}

export function rejected(recordId: string, more: Partial<LoadRejected> = {}): LoadRejected {
	return {
		stream: 'monthlyFinancials',
		accountId: 'org-1',
		recordId,
		stage: 'transform',
		reason: { code: 'unknown_section', path: 'Rows[3].Title', message: 'The section is not known.' },
		record: { month: recordId },
		...more,
	};
}

/** How many rows had each outcome. */
export function countOutcomes({ outcomes }: ChunkResult): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
	return counts;
}

/** The business columns of a tenant's financials, and the row versions. */
export async function financialsOf(database: TestDatabase, tenantId: string): Promise<StoredMonth[]> {
	const { rows } = await database.admin.query<StoredMonth>(
		`select f.record_date::text as day, f.revenue::text, k.client_id as client, f.source_system as source,
			f.metadata, f.xmin::text as version
		from financials f join client_kpis k on k.id = f.client_kpi_id where k.tenant_id = $1
		order by k.client_id, f.record_date, f.source_system`,
		[tenantId],
	);
	return rows;
}

export interface StoredMonth {
	day: string;
	revenue: string;
	client: string;
	source: string | null;
	metadata: Record<string, unknown> | null;
	version: string;
}

export interface StoredRejection {
	recordId: string;
	stage: string;
	code: string;
	path: string;
	payload: unknown;
	attempts: number;
	resolved: boolean;
}

export async function rejectionsOf(database: TestDatabase, tenantId: string): Promise<StoredRejection[]> {
	const { rows } = await database.admin.query<StoredRejection>(
		`select record_id as "recordId", stage, reason_code as code, reason_path as path, payload, attempts,
			resolved_at is not null as resolved
		from etl.rejected_records where tenant_id = $1 order by record_id, stage, first_seen_at`,
		[tenantId],
	);
	return rows;
}

export async function countsOf(database: TestDatabase, syncRunId: string): Promise<Record<string, unknown>> {
	const { rows } = await database.admin.query<{ counts: Record<string, unknown> }>(
		'select counts from etl.sync_runs where id = $1',
		[syncRunId],
	);
	return rows[0]!.counts;
}
