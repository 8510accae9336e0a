import type { Pool } from 'pg';

import type { PublishedRate } from '../../../db/rates/read';

const DAY_MS = 86_400_000;

/** What one unit is worth in AUD, in thousandths, on every day alike: so that expected values need no rates by day. */
const THOUSANDTHS: Readonly<Record<string, bigint>> = {
	AUD: 1_000n,
	NZD: 917n,
	USD: 1_532n,
	EUR: 1_675n,
	JPY: 10n,
	KWD: 4_985n,
};

/** The same as decimal text, of all but AUD itself. */
export const MADE_UP_RATES: Readonly<Record<string, string>> = Object.fromEntries(
	Object.entries(THOUSANDTHS)
		.filter(([currency]) => currency !== 'AUD')
		.map(([currency, rate]) => [currency, decimalOf(rate, 3)]),
);

/** The constant rates as published on the given days (`YYYY-MM-DD`). */
export function constantRates(days: readonly string[]): PublishedRate[] {
	return Object.entries(MADE_UP_RATES).flatMap(([base, rate]) =>
		days.map((date) => ({ base, quote: 'AUD', date, rate, source: 'made-up' })),
	);
}

/** Publishes the constant rates for every day that deals of the sandbox may be valued on. */
export async function publishConstantRates(admin: Pool, now = new Date()): Promise<void> {
	const days = Array.from({ length: 550 }, (_, ago) =>
		new Date(now.getTime() + (1 - ago) * DAY_MS).toISOString().slice(0, 10),
	);
	await admin.query(
		`insert into etl.exchange_rates (base, quote, rate_date, rate, source)
		select r.base, r.quote, r.date::date, r.rate::numeric, r.source
		from jsonb_to_recordset($1) as r(base text, quote text, date text, rate text, source text)`,
		[JSON.stringify(constantRates(days))],
	);
}

/**
 * An amount of another currency (a decimal of at most three places) in AUD, to the cent, rounded half up. In whole
 * numbers, so that it shares nothing with the code that it measures.
 */
export function inAud(value: string, currency: string): string {
	const [whole = '0', fraction = ''] = value.split('.');
	const thousandths = BigInt(whole + fraction.padEnd(3, '0'));
	const rate = THOUSANDTHS[currency];
	if (rate === undefined) throw new Error(`There is no made-up rate for ${currency}.`);
	// Millionths, of which ten thousand are a cent.
	return decimalOf((thousandths * rate + 5_000n) / 10_000n, 2);
}

function decimalOf(units: bigint, places: number): string {
	const digits = String(units).padStart(places + 1, '0');
	return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
