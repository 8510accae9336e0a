import type { Pool } from 'pg';

import { asWorker } from '../postgres/transaction';

/** A request for rates between two currencies for these days (both included, `YYYY-MM-DD`). */
export interface RateNeed {
	from: string;
	to: string;
	firstDay: string;
	lastDay: string;
}

/** A rate as its source published it: 1 `base` is `rate` units of `quote`, as decimal text. */
export interface PublishedRate {
	base: string;
	quote: string;
	date: string;
	rate: string;
	source: string;
}

// A needed currency is always the quote, either of the other currency or of a base that both share.
const PUBLISHED = `
	select r.base, r.quote, to_char(r.rate_date, 'YYYY-MM-DD') as date, r.rate::text as rate, r.source
	from unnest($1::text[]) as wanted (currency)
	cross join unnest($2::date[], $3::date[]) as span (first_day, last_day)
	join etl.exchange_rates r on r.quote = wanted.currency and r.rate_date between span.first_day and span.last_day
	where r.rate < 'Infinity'
	order by r.source, r.base, r.quote, r.rate_date`;

/**
 * All published rates that may serve the needs, in one query; no query without needs. The result may contain more than
 * needed, never less.
 */
export async function readRates(pool: Pool, needs: readonly RateNeed[]): Promise<PublishedRate[]> {
	if (needs.length === 0) return [];
	// The euro links a central bank's rates with others: fixed rates and imported ones.
	const currencies = [...new Set([...needs.flatMap(({ from, to }) => [from, to]), 'EUR'])];
	const spans = disjointSpans(needs);
	const values = [currencies, spans.map(({ firstDay }) => firstDay), spans.map(({ lastDay }) => lastDay)];
	const { rows } = await asWorker(pool, (client) => client.query<PublishedRate>(PUBLISHED, values));
	return rows;
}

/** The last day for which a source has published rates of a currency. */
export interface PublishedSpan {
	currency: string;
	source: string;
	/** `YYYY-MM-DD` */
	lastDay: string;
	/** Whether the source has since published other currencies only. */
	hasEnded: boolean;
}

/** A source that omits a currency for this long while it publishes others has probably discontinued it. */
export const ENDED_AFTER_DAYS = 30;

const PUBLISHED_SPANS = `
	with published as (
		select r.quote, r.source, max(r.rate_date) as last_day
		from etl.exchange_rates r where r.quote = any ($1::text[])
		group by r.quote, r.source
	)
	select quote as currency, source, to_char(last_day, 'YYYY-MM-DD') as "lastDay",
		last_day < max(last_day) over (partition by source) - $2::int as "hasEnded"
	from published
	order by 1, 2`;

/** Published by every reference source, so their last day shows how far a source has been loaded. */
const YARDSTICKS = ['AUD', 'EUR', 'USD'];

/** The newest stored day of each needed currency, by source. */
export async function readPublishedSpans(pool: Pool, needs: readonly RateNeed[]): Promise<PublishedSpan[]> {
	if (needs.length === 0) return [];
	const currencies = [...new Set([...needs.flatMap(({ from, to }) => [from, to]), ...YARDSTICKS])];
	const values = [currencies, ENDED_AFTER_DAYS];
	const { rows } = await asWorker(pool, (client) => client.query<PublishedSpan>(PUBLISHED_SPANS, values));
	return rows;
}

type Span = Pick<RateNeed, 'firstDay' | 'lastDay'>;

/** Merges overlapping spans, since thousands of records need the same few months. */
function disjointSpans(needs: readonly RateNeed[]): Span[] {
	const spans: Span[] = [];
	const ordered = [...needs].sort((a, b) => (a.firstDay < b.firstDay ? -1 : 1));
	for (const { firstDay, lastDay } of ordered) {
		const last = spans.at(-1);
		if (last && firstDay <= last.lastDay) last.lastDay = lastDay > last.lastDay ? lastDay : last.lastDay;
		else spans.push({ firstDay, lastDay });
	}
	return spans;
}
