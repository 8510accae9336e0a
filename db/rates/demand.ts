import type { Pool } from 'pg';

import { asWorker } from '../postgres/transaction';

/** The currency of an account. */
export interface CurrencyInUse {
	currency: string;
	/** The earliest month that a connection reads with it, `YYYY-MM`; null if none is set. */
	historyStart: string | null;
}

/** The currencies of all tenants' accounts. */
export async function currenciesInUse(pool: Pool): Promise<CurrencyInUse[]> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<CurrencyInUse>(
			'select currency, history_start as "historyStart" from etl.currencies_in_use()',
		),
	);
	return rows;
}

/** A rate that rejected records lack, as their reason states it (not checked), with the number of records. */
export interface MissedRate {
	detail: unknown;
	records: number;
}

/** The open rejections of all tenants with a missing rate, grouped by rate. */
export async function missedRates(pool: Pool): Promise<MissedRate[]> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<MissedRate>('select detail, records::int as records from etl.rates_missed()'),
	);
	return rows;
}
