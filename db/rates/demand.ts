import type { Pool } from 'pg';

import { asWorker } from '../postgres/transaction';

/** A currency that books are kept in. */
export interface CurrencyInUse {
	currency: string;
	/** The earliest month that someone wants of it, `YYYY-MM`; null where nobody said. */
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

/** What the reason of rejected records states of the rate that they lack, whoever wrote it, and how many state it. */
export interface MissedRate {
	detail: unknown;
	records: number;
}

/** The open rejections of all tenants for want of a rate, by the rate. */
export async function missedRates(pool: Pool): Promise<MissedRate[]> {
	const { rows } = await asWorker(pool, (client) =>
		client.query<MissedRate>('select detail, records::int as records from etl.rates_missed()'),
	);
	return rows;
}
