import type { Pool } from 'pg';

import { readRates } from '../../../db/rates/read';
import { missedRates } from '../../../db/rates/demand';
import { Conversion, getLookupDays } from '../../shared/conversion';
import type { Day } from '../../shared/dates';
import { parseMissingRate, type MissingRate } from '../../shared/missing-rate';

/** A missing rate, and how many rejected records need it. */
export type Missing = MissingRate & { records: number };

/** The rates missing from open rejections of all tenants. */
export async function missingRates(pool: Pool): Promise<Missing[]> {
	const missed = await missedRates(pool);
	return missed.flatMap(({ detail, records }) => {
		const rate = parseMissingRate(detail);
		return rate ? [{ ...rate, records }] : [];
	});
}

/** Counts the rejected records that could be loaded now, and those that still lack a rate. */
export async function replayable(
	pool: Pool,
	today: Day,
): Promise<{ replayable: number; stillMissing: number }> {
	const periods = (await missingRates(pool)).map((missing) => ({ ...missing, today }));
	const needs = periods.map((period) => ({ from: period.from, to: period.to, ...getLookupDays(period) }));
	const conversion = new Conversion(await readRates(pool, needs));
	const counts = { replayable: 0, stillMissing: 0 };
	for (const period of periods) {
		counts[conversion.findRate(period) ? 'replayable' : 'stillMissing'] += period.records;
	}
	return counts;
}
