import type { Pool, PoolClient } from 'pg';

import type { PublishedRate } from './read';
import { retryAsWorker } from '../postgres/retries';
import { asWorker } from '../postgres/transaction';

/** The outcome of saving the rates of one currency pair of one source. */
export interface SavedPair {
	source: string;
	base: string;
	quote: string;
	/** Distinct days. */
	received: number;
	added: number;
	corrected: number;
	unchanged: number;
	oldestDay: string;
	newestDay: string;
	/** The corrected rates, newest first, at most a hundred. */
	corrections: Array<{ date: string; from: string; to: string }>;
}

// Of two rates with the same key the later one wins. `applied = false` marks rates that stored rows were not computed with yet.
const SAVE = `with incoming as (
	select distinct on (source, base, quote, rate_date) source, base, quote, rate_date, rate
	from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::numeric[]) with ordinality
		as i(source, base, quote, rate_date, rate, ord)
	order by source, base, quote, rate_date, ord desc
), compared as materialized (
	select i.*, stored.rate as before
	from incoming i left join etl.exchange_rates stored using (source, base, quote, rate_date)
), written as (
	insert into etl.exchange_rates as r (source, base, quote, rate_date, rate)
	select source, base, quote, rate_date, rate from compared where before is distinct from rate
	order by source, base, quote, rate_date
	on conflict (base, quote, rate_date, source) do update
	set rate = excluded.rate, changed_at = now(), applied = false
	where r.rate is distinct from excluded.rate
)
select source, base, quote, count(*)::int as received, count(*) filter (where before is null)::int as added,
	count(*) filter (where before <> rate)::int as corrected, count(*) filter (where before = rate)::int as unchanged,
	to_char(min(rate_date), 'YYYY-MM-DD') as "oldestDay", to_char(max(rate_date), 'YYYY-MM-DD') as "newestDay",
	coalesce((jsonb_agg(jsonb_build_object('date', to_char(rate_date, 'YYYY-MM-DD'), 'from', before::text, 'to', rate::text)
		order by rate_date desc) filter (where before <> rate)), '[]') as corrections
from compared
group by source, base, quote
order by source, base, quote`;

const MAX_CORRECTIONS = 100;

/** Stores rates in one transaction; unchanged rates are not written. */
export async function saveRates(
	pool: Pool,
	rates: readonly PublishedRate[],
	options: { signal?: AbortSignal } = {},
): Promise<SavedPair[]> {
	if (rates.length === 0) return [];
	const columns = (['source', 'base', 'quote', 'date', 'rate'] as const).map((name) =>
		rates.map((rate) => rate[name]),
	);
	const pairs = await retryAsWorker(
		pool,
		async (client) => (await client.query<SavedPair>(SAVE, columns)).rows,
		options,
	);
	return pairs.map((pair) => ({ ...pair, corrections: pair.corrections.slice(0, MAX_CORRECTIONS) }));
}

/** The stored days of a currency. */
export interface StoredDays {
	quote: string;
	oldestDay: string;
	newestDay: string;
	/** Gaps longer than a source pauses: days that were not loaded, or that the source did not publish. */
	holes: Array<{ firstDay: string; lastDay: string }>;
}

/** No source pauses for longer than this, at Christmas or Easter. */
export const MAX_GAP_DAYS = 10;

const STORED_DAYS = `select quote, to_char(min(rate_date), 'YYYY-MM-DD') as "oldestDay",
	to_char(max(rate_date), 'YYYY-MM-DD') as "newestDay",
	coalesce(jsonb_agg(jsonb_build_object('firstDay', to_char(before + 1, 'YYYY-MM-DD'),
		'lastDay', to_char(rate_date - 1, 'YYYY-MM-DD')) order by rate_date)
		filter (where rate_date - before > $3::int), '[]') as holes
from (
	select quote, rate_date, lag(rate_date) over (partition by quote order by rate_date) as before
	from etl.exchange_rates where source = $1 and base = $2
) stored
group by quote order by quote`;

/** The stored days of a source, by currency. */
export async function storedDays(pool: Pool, source: string, base: string): Promise<StoredDays[]> {
	const values = [source, base, MAX_GAP_DAYS];
	const { rows } = await asWorker(pool, (client) => client.query<StoredDays>(STORED_DAYS, values));
	return rows;
}

/** Days for which rates of a currency were stored or corrected. */
export interface ChangedSpan {
	quote: string;
	firstDay: string;
	lastDay: string;
}

/** The rates that may not be in every row yet. `asOf` is the database's time. */
export interface ChangedRates {
	spans: ChangedSpan[];
	asOf: string;
}

// Days close together make one span: a year of rates is one span, not 250.
const CHANGED = `select quote, to_char(min(rate_date), 'YYYY-MM-DD') as "firstDay", to_char(max(rate_date), 'YYYY-MM-DD') as "lastDay"
from (
	select quote, rate_date, sum(opens) over (partition by quote order by rate_date) as span
	from (
		select quote, rate_date,
			(coalesce(rate_date - lag(rate_date) over (partition by quote order by rate_date), 99) > 7)::int as opens
		from (select distinct quote, rate_date from etl.exchange_rates where not applied) changed
	) marked
) spans
group by quote, span
order by quote, 2`;

/** The changed rates that rows converted earlier may still lack. */
export async function changedRates(pool: Pool): Promise<ChangedRates> {
	return await asWorker(pool, async (client) => {
		const asOf = await readClock(client);
		const { rows: spans } = await client.query<ChangedSpan>(CHANGED);
		return { spans, asOf };
	});
}

async function readClock(client: PoolClient): Promise<string> {
	const { rows } = await client.query<{ asOf: string }>('select now()::text as "asOf"');
	return rows[0]!.asOf;
}

/**
 * Records that the rates changed before `asOf` are in every row. Those of the last hour stay open for the next
 * recomputation: a sync that read the old rates may store its rows only now.
 */
export async function markApplied(pool: Pool, { asOf }: ChangedRates): Promise<void> {
	await asWorker(pool, (client) =>
		client.query(
			`update etl.exchange_rates set applied = true
			where not applied and changed_at < $1::timestamptz - interval '1 hour'`,
			[asOf],
		),
	);
}
