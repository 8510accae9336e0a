import type { Pool } from 'pg';

import {
	RECOMPUTABLE_TABLES,
	readRecomputable,
	saveRecomputed,
	tenantsWithConversions,
	type RecomputableRow,
	type RecomputableTable,
	type Recomputed,
	type TenantName,
} from '../../../db/rates/recomputation';
import { readRates, type RateNeed } from '../../../db/rates/read';
import { changedRates, markApplied, type ChangedSpan } from '../../../db/rates/save';
import { Conversion, getLookupDays } from '../../shared/conversion';
import type { Day } from '../../shared/dates';
import { parseConversion, recomputeAmounts } from '../../shared/recomputation';
import { Rejection } from '../../shared/rejection';

/** A recomputed row, or one that was left unchanged for the given reason. */
interface RecomputedRow extends TenantName {
	table: RecomputableTable;
	clientId: string;
	clientName: string;
	day: Day;
	externalId: string | null;
	before: Record<string, string | null>;
	after?: Record<string, string>;
	reason?: string;
}

export interface Recomputation {
	/** How many rows were recomputed. */
	recomputed: number;
	/** The first thousand rows, recomputed or left unchanged. */
	rows: RecomputedRow[];
	/** Tenants whose rows could not be recomputed; the next run tries again. */
	failures: Array<TenantName & { message: string }>;
}

/**
 * Recomputes, tenant by tenant, the rows that were converted with rates that have changed since. The changed rates are
 * kept in the database until all rows are done, so that the next run resumes after a crash.
 */
export async function recompute(pool: Pool, today: Day, signal?: AbortSignal): Promise<Recomputation> {
	const done: Recomputation = { recomputed: 0, rows: [], failures: [] };
	const changed = await changedRates(pool);
	if (changed.spans.length === 0) return done;
	for (const tenant of await tenantsWithConversions(pool)) {
		signal?.throwIfAborted();
		try {
			await recomputeTenant({ pool, tenant, spans: changed.spans, today, signal }, done);
		} catch (error) {
			signal?.throwIfAborted();
			done.failures.push({ ...tenant, message: (error as Error).message });
		}
	}
	if (done.failures.length === 0) await markApplied(pool, changed);
	return done;
}

interface Work {
	pool: Pool;
	tenant: TenantName;
	spans: readonly ChangedSpan[];
	today: Day;
	signal: AbortSignal | undefined;
}

/** So many rows are shown. */
const MAX_SHOWN = 1_000;

async function recomputeTenant(work: Work, done: Recomputation): Promise<void> {
	const { pool, tenant, spans, signal } = work;
	for (const table of RECOMPUTABLE_TABLES) {
		for await (const page of readRecomputable(pool, tenant.tenantId, table, spans, { signal })) {
			for (const row of await recomputePage(work, table, page)) {
				if (row.after) done.recomputed++;
				if (done.rows.length < MAX_SHOWN) done.rows.push(row);
			}
		}
	}
}

async function recomputePage(
	{ pool, tenant, today, signal }: Work,
	table: RecomputableTable,
	page: readonly RecomputableRow[],
): Promise<RecomputedRow[]> {
	const conversion = new Conversion(await readRates(pool, collectRateNeeds(page, today)));
	const changes: Recomputed[] = [];
	const showRow = (row: RecomputableRow) => ({ ...tenant, table, ...describeRow(row) });
	const unchanged: RecomputedRow[] = [];
	for (const row of page) {
		const result = recomputeAmounts(row.fx, conversion, today);
		if (result instanceof Rejection) unchanged.push({ ...showRow(row), reason: result.message });
		else if (result) changes.push({ row, ...result });
	}
	const written = await saveRecomputed(pool, tenant.tenantId, table, changes, { signal });
	const recomputed = changes
		.filter(({ row }) => written.has(row.id))
		.map(({ row, amounts, fx }) => ({ ...showRow(row), after: { ...amounts, rate: readRate(fx) ?? '' } }));
	return [...recomputed, ...unchanged];
}

/** Without duplicates: thousands of rows need the same few months. */
function collectRateNeeds(page: readonly RecomputableRow[], today: Day): RateNeed[] {
	const needs = new Map<string, RateNeed>();
	for (const { fx } of page) {
		const period = parseConversion(fx, today);
		if (!period) continue;
		const need = { from: period.from, to: period.to, ...getLookupDays(period) };
		needs.set(Object.values(need).join(), need);
	}
	return [...needs.values()];
}

function describeRow({ clientId, clientName, day, externalId, amounts, fx }: RecomputableRow) {
	return { clientId, clientName, day, externalId, before: { ...amounts, rate: readRate(fx) } };
}

function readRate(fx: unknown): string | null {
	const { rate } = (fx ?? {}) as { rate?: unknown };
	return typeof rate === 'string' ? rate : null;
}
