import type { ExpectedDeal } from '../../sandbox/hubspot/expected';

import { MADE_UP_RATES } from '../database/constant-rates';

export interface ExpectedOptions {
	/** The portal's own currency, ISO 4217. */
	portalCurrency: string;
	/** An open deal without activity since this instant (ISO 8601) is stale. */
	staleBefore: string;
}

/** A row of `lead_events` as one line of text: stage, status and value in AUD. */
export type RowLine = string;

/** What `lead_events` must hold of deals, by `external_id`, computed in whole numbers. */
export function expectedRows(deals: Iterable<ExpectedDeal>, options: ExpectedOptions): Map<string, RowLine> {
	const rows = new Map<string, RowLine>();
	for (const deal of deals) {
		for (const [index, { externalId, enteredAt, stage }] of deal.entries.entries()) {
			const isLatest = index === deal.entries.length - 1;
			const status = isLatest ? statusOf(deal, options) : 'passed';
			const value = isLatest ? audOf(deal, options) : null;
			rows.set(externalId, rowLine(deal.leadId, enteredAt, stage, status, value));
		}
	}
	return rows;
}

export function rowLine(
	leadId: string,
	enteredAt: string,
	stage: string,
	status: string,
	value: string | null,
): RowLine {
	return [leadId, enteredAt, stage, status, value ?? 'no value'].join(' | ');
}

function statusOf({ status, lastActivityAt }: ExpectedDeal, { staleBefore }: ExpectedOptions): string {
	return status === 'active' && lastActivityAt < staleBefore ? 'stale' : status;
}

function audOf({ cents, currency, rate }: ExpectedDeal, { portalCurrency }: ExpectedOptions): string | null {
	if (cents === null) return null;
	if (currency === 'AUD' || cents === 0) return decimal(BigInt(cents));
	const used = portalCurrency === 'AUD' ? rate : MADE_UP_RATES[currency];
	if (!used) throw new Error(`There is no rate for ${currency}.`);
	return decimal(timesRate(BigInt(cents), used));
}

/** Half a cent goes up; amounts here are never negative. */
function timesRate(cents: bigint, rate: string): bigint {
	const [whole = '0', fraction = ''] = rate.split('.');
	const scale = 10n ** BigInt(fraction.length);
	return (2n * cents * BigInt(whole + fraction) + scale) / (2n * scale);
}

function decimal(cents: bigint): string {
	const text = String(cents).padStart(3, '0');
	return `${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** The documented funnel, summed in whole cents: how many deals and how much AUD per stage and status. */
export function funnelOf(rows: Iterable<RowLine>): Map<string, { deals: number; cents: bigint }> {
	const funnel = new Map<string, { deals: number; cents: bigint }>();
	for (const row of rows) {
		const [, , stage, status, value] = row.split(' | ');
		if (status === 'passed') continue;
		const key = `${stage} | ${status}`;
		const { deals, cents } = funnel.get(key) ?? { deals: 0, cents: 0n };
		const money = value === 'no value' ? 0n : BigInt(value!.replace('.', ''));
		funnel.set(key, { deals: deals + 1, cents: cents + money });
	}
	return funnel;
}
