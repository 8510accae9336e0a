import type { Pool } from 'pg';

import type { ChangedSpan } from './save';
import { retryInTenant } from '../postgres/retries';
import { asWorker } from '../postgres/transaction';

/** The tables that hold converted amounts, with those columns. */
const AMOUNTS = {
	financials: ['revenue', 'expenses', 'net_profit', 'cash_flow'],
	lead_events: ['value'],
} as const;

const DAYS = { financials: 'record_date', lead_events: 'event_date' } as const;

export type RecomputableTable = keyof typeof AMOUNTS;

export const RECOMPUTABLE_TABLES = Object.keys(AMOUNTS) as RecomputableTable[];

/** A row whose amounts were converted. `amounts` are decimal texts by property, such as `netProfit`. */
export interface RecomputableRow {
	id: string;
	clientId: string;
	clientName: string;
	/** The local date, or the day of the instant in UTC. */
	day: string;
	externalId: string | null;
	amounts: Record<string, string | null>;
	/** `metadata.fx` as stored. Not checked: any login may have written it. */
	fx: unknown;
}

export interface TenantName {
	tenantId: string;
	tenantName: string;
}

/** The tenants whose rows have amounts converted with published rates. */
export async function tenantsWithConversions(pool: Pool): Promise<TenantName[]> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<TenantName>(
			'select tenant_id as "tenantId", tenant_name as "tenantName" from etl.tenants_with_conversions()',
		),
	);
	return rows;
}

const property = (column: string): string =>
	column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

// Without an index on purpose: an index with metadata in its condition would make every row update write all indexes.
// Anybody may have written `fx`. Unexpected content must not fail the query, so days are compared as texts.
const MAX_AGE = `case when t.metadata -> 'fx' ->> 'maxAgeDays' ~ '^\\d{1,3}$'
	then (t.metadata -> 'fx' ->> 'maxAgeDays')::int else 0 end`;

function idsSql(table: RecomputableTable): string {
	return `select t.id from public.${table} t
	where t.metadata ? 'fx' and exists (
		select from unnest($1::text[], $2::date[], $3::date[]) as changed(quote, first_day, last_day)
		where changed.quote in (t.metadata -> 'fx' ->> 'currency', t.metadata -> 'fx' ->> 'reportingCurrency')
			and t.metadata -> 'fx' ->> 'lastDay' >= to_char(changed.first_day, 'YYYY-MM-DD') collate "C"
			and (
				t.metadata -> 'fx' ->> 'firstDay' <= to_char(changed.last_day, 'YYYY-MM-DD') collate "C"
				or t.metadata -> 'fx' ->> 'lastDay' <= to_char(changed.last_day + ${MAX_AGE}, 'YYYY-MM-DD') collate "C"
			)
	)
	order by t.id`;
}

function rowsSql(table: RecomputableTable): string {
	const amounts = AMOUNTS[table].map((name) => `'${property(name)}', t.${name}::text`).join(', ');
	return `select t.id, k.client_id as "clientId", k.client_name as "clientName", t.external_id as "externalId",
		to_char(t.${DAYS[table]} ${table === 'lead_events' ? "at time zone 'UTC'" : ''}, 'YYYY-MM-DD') as day,
		jsonb_build_object(${amounts}) as amounts, t.metadata -> 'fx' as fx
	from public.${table} t join public.client_kpis k on k.id = t.client_kpi_id
	where t.id = any ($1) order by t.id`;
}

/** How many rows are read and written at once. */
const PAGE = 2_000;

/** The rows of a tenant that changed rates may affect, in pages. Includes some that they do not affect. */
export async function* readRecomputable(
	pool: Pool,
	tenantId: string,
	table: RecomputableTable,
	spans: readonly ChangedSpan[],
	options: { signal?: AbortSignal } = {},
): AsyncGenerator<RecomputableRow[]> {
	const query = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> =>
		await retryInTenant(
			pool,
			tenantId,
			async (client) => (await client.query<Row>(text, values)).rows,
			options,
		);
	// All ids at once: keyset pages would each scan every converted row again.
	const found = await query<{ id: string }>(idsSql(table), [
		spans.map(({ quote }) => quote),
		spans.map(({ firstDay }) => firstDay),
		spans.map(({ lastDay }) => lastDay),
	]);
	for (let at = 0; at < found.length; at += PAGE) {
		const ids = found.slice(at, at + PAGE).map(({ id }) => id);
		yield await query<RecomputableRow>(rowsSql(table), [ids]);
	}
}

/** A row with its new amounts. */
export interface Recomputed {
	row: RecomputableRow;
	amounts: Record<string, string>;
	fx: object;
}

function updateSql(table: RecomputableTable): string {
	const names = AMOUNTS[table];
	const places = names.map((_, index) => `$${index + 4}::numeric[]`).join(', ');
	return `update public.${table} t
	set ${names.map((name) => `${name} = i.${name}`).join(', ')}, metadata = jsonb_set(t.metadata, '{fx}', i.fx::jsonb)
	from unnest($1::text[], $2::text[], $3::text[], ${places}) as i(id, before, fx, ${names.join(', ')})
	where t.id = i.id and t.metadata -> 'fx' = i.before::jsonb
	returning t.id`;
}

/**
 * Writes new amounts to the rows that have not changed since they were read. What a sync has stored since is newer.
 * @returns the ids of the written rows
 */
export async function saveRecomputed(
	pool: Pool,
	tenantId: string,
	table: RecomputableTable,
	changes: readonly Recomputed[],
	options: { signal?: AbortSignal } = {},
): Promise<Set<string>> {
	if (changes.length === 0) return new Set();
	const values = [
		changes.map(({ row }) => row.id),
		changes.map(({ row }) => JSON.stringify(row.fx)),
		changes.map(({ fx }) => JSON.stringify(fx)),
		...AMOUNTS[table].map((name) => changes.map(({ amounts }) => amounts[property(name)])),
	];
	const ids = await retryInTenant(
		pool,
		tenantId,
		async (client) => {
			return (await client.query<{ id: string }>(updateSql(table), values)).rows;
		},
		{ ...options, role: 'zixly_loader' },
	);
	return new Set(ids.map(({ id }) => id));
}
