import type { RateNeed } from '../../db/rates/read';
import { toDay } from '../shared/months';
import type { Unsourced } from '../shared/canonical-rows';
import { getLookupDays, type Conversion, type ConversionPeriod } from '../shared/conversion';
import type { Day } from '../shared/dates';
import type { FactReader } from '../shared/facts';
import { findExchange } from '../shared/foreign-exchange';
import type { ClientReference } from '../shared/messages';
import { toAmount, columnText, plainText, type Amount } from '../shared/money';
import { Rejection } from '../shared/rejection';
import type { Remark } from '../shared/remarks';
import type { CanonicalRow, NormaliseSettings, RawRecord } from './provider';
import { compareEntries, type StageEntry, type StageHistory } from './stage-history';

/** A deal of any CRM with its complete history. */
export interface DealHistory {
	sourceSystem: string;
	/** The provider's id, without a prefix. */
	leadId: string;
	/** Every stage entry, in any order; at least one. `completeHistory` makes them end with the current stage. */
	entries: readonly StageEntry[];
	/** Its status at the provider. Whether an open deal is stale is decided here. */
	status: 'active' | 'won' | 'lost' | 'deleted';
	/** As stated by the provider, the value as a decimal string; null if it states none. */
	amount: { value: string; currency: string } | null;
	/** The document's own rate to the reporting currency. Takes precedence over published rates. */
	ownRate?: { rate: string; source: string };
	/** The day, in the account's time zone, whose rate converts the value: of closing, or of the last change. */
	valueDay: Day;
	/** The latest of its modified, stage-change, activity and creation times: a UTC instant, ISO 8601. */
	lastActivityAt: string;
	/** The provider's modified time as a UTC instant, if it has one. */
	version: string | null;
	client: ClientReference;
	/** The deal's current properties, stored with the latest entry. */
	metadata: Record<string, unknown>;
	remarks?: readonly Remark[];
}

/** The remarks on a deal that was normalised. */
export function listRemarks({ assumed }: StageHistory, facts: FactReader): Remark[] {
	return [...(assumed ? [{ kind: 'assumedStage' } as const] : []), ...facts.remarks];
}

/** The exchange rates that a deal's value may need; none if there is nothing to convert. */
export function dealRatesNeeded(deal: DealHistory, raw: RawRecord, settings: NormaliseSettings): RateNeed[] {
	if (deal.ownRate || !isForeign(deal.amount, settings)) return [];
	const { from, to, ...period } = valuePeriod(deal, deal.amount, raw, settings);
	return [{ from, to, ...getLookupDays(period) }];
}

/**
 * Builds one row of `lead_events` per stage entry. Only the latest row carries the status and the value, so that each
 * deal's money is counted once; the others have the status `passed`.
 * @throws Rejection `rate_missing`, `numeric_out_of_range`, or `invalid_record` if there is no entry
 */
export function leadEventRows(
	deal: DealHistory,
	raw: RawRecord,
	settings: NormaliseSettings,
	conversion: Conversion,
): Array<CanonicalRow<'lead_events'>> {
	const entries = deal.entries.toSorted(compareEntries);
	const latest = entries.at(-1);
	if (!latest) throw new Rejection('invalid_record', '', 'The deal has no stage entry.');
	const { value, fx } = convertValue(deal, raw, settings, conversion);
	const { lastActivityAt } = deal;
	const now = {
		value,
		status: chooseStatus(deal, raw, settings),
		metadata: { ...latest.metadata, ...deal.metadata, lastActivityAt, ...(fx && { fx }) },
	};
	return entries.map((entry) => ({
		table: 'lead_events',
		client: deal.client,
		row: toRow(deal, entry, entry === latest ? now : { ...PASSED, metadata: entry.metadata }),
		...(deal.version !== null && { version: deal.version }),
	}));
}

const PASSED = { value: null, status: 'passed' } as const;

type LeadEventRow = Unsourced<'lead_events'>;

function toRow(
	{ sourceSystem, leadId }: DealHistory,
	{ enteredAt: eventDate, stage, externalId }: StageEntry,
	rest: Pick<LeadEventRow, 'value' | 'status' | 'metadata'>,
): LeadEventRow {
	return { eventDate, leadId, stage, sourceSystem, externalId, ...rest };
}

function chooseStatus(
	{ status, lastActivityAt }: DealHistory,
	{ fetchedAt }: RawRecord,
	{ staleAfterDays }: NormaliseSettings,
): LeadEventRow['status'] {
	if (status !== 'active') return status;
	return Date.parse(lastActivityAt) < staleBefore(fetchedAt, staleAfterDays).getTime() ? 'stale' : status;
}

const DAY_MS = 86_400_000;

/** The instant before which the last activity of an open deal makes it stale. */
export function staleBefore(now: string, staleAfterDays: number): Date {
	return new Date(Date.parse(now) - staleAfterDays * DAY_MS);
}

interface Value {
	value: string | null;
	/** How it was converted, with the original value. */
	fx?: Record<string, unknown>;
}

function convertValue(
	deal: DealHistory,
	raw: RawRecord,
	settings: NormaliseSettings,
	conversion: Conversion,
): Value {
	const { amount } = deal;
	if (amount === null) return { value: null };
	const original = toAmount(amount.value);
	if (!isForeign(amount, settings)) return { value: columnText(original, 2, 'amount') };
	const { rate, fx } = deal.ownRate
		? ownExchange(amount.currency, deal.ownRate, settings)
		: findExchange(valuePeriod(deal, amount, raw, settings), conversion, 'currency');
	return { value: columnText(original.times(rate), 2, 'amount'), fx: { ...fx, value: plainText(original) } };
}

type DealAmount = NonNullable<DealHistory['amount']>;

/** A value of zero needs no rate, whatever its currency. */
function isForeign(
	amount: DealHistory['amount'],
	{ reportingCurrency }: NormaliseSettings,
): amount is DealAmount {
	return amount !== null && amount.currency !== reportingCurrency && !toAmount(amount.value).isZero();
}

/** The method `document` keeps the value from being recomputed when a published rate is corrected. */
function ownExchange(
	currency: string,
	{ rate, source }: NonNullable<DealHistory['ownRate']>,
	{ reportingCurrency }: NormaliseSettings,
): { rate: Amount; fx: Record<string, unknown> } {
	return { rate: toAmount(rate), fx: { currency, reportingCurrency, rate, method: 'document', source } };
}

function valuePeriod(
	{ valueDay }: DealHistory,
	{ currency }: DealAmount,
	{ account, fetchedAt }: RawRecord,
	{ reportingCurrency, maxRateAgeDays }: NormaliseSettings,
): ConversionPeriod {
	const today = toDay(new Date(fetchedAt), account.timezone);
	return {
		from: currency,
		to: reportingCurrency,
		firstDay: valueDay,
		lastDay: valueDay,
		today,
		maxAgeDays: maxRateAgeDays,
	};
}
