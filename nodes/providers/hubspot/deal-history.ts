import type { z } from 'zod/v4';

import { dayAt } from '../../engine/months';
import { FactReader } from '../../shared/facts';
import type { ClientReference } from '../../shared/messages';
import { plainText } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { shaped } from '../../shared/shape';
import { excerpt } from '../../shared/text';
import { accountClient } from '../account-client';
import { remarksOf, type DealHistory } from '../lead-events';
import type { NormaliseSettings, RawRecord, StageStatus } from '../normaliser';
import { dealRecordShape, type Deal } from './shapes';
import { stageHistoryOf } from './stage-entries';
import { statusOf } from './status';
import { numberIn, parseNumber, textIn } from './values';

export type DealRecord = z.infer<typeof dealRecordShape>;

/**
 * A deal as HubSpot gave it, as the history that all CRMs' deals are turned into.
 * @throws Rejection where something in it that a column needs cannot be read
 */
export function dealHistoryOf(record: DealRecord, raw: RawRecord, settings: NormaliseSettings): DealHistory {
	const { deal } = record;
	const facts = new FactReader();
	const times = timesOf(deal, facts);
	const stages = new Map(record.stages.map((stage) => [stage.id, stage]));
	const history = stageHistoryOf(deal, stages, facts, raw.fetchedAt);
	const latest = history.entries.at(-1)!;
	const status = statusOf(deal, stages.get(latest.stageId), latest.stageId, settings);
	const amount = amountOf(deal, raw);
	return {
		sourceSystem: 'hubspot',
		leadId: deal.id,
		entries: history.entries,
		status,
		amount,
		...ownRateOf(deal, amount, raw, settings, facts),
		valueDay: dayAt(new Date(valueInstant(times, status) ?? latest.enteredAt), raw.account.timezone),
		lastActivityAt: lastActivityOf(times, latest.enteredAt),
		version: times.hs_lastmodifieddate,
		client: clientOf(record, raw, settings, facts),
		metadata: metadataOf(deal, times, status, facts),
		remarks: remarksOf(history, facts),
	};
}

/** A deal as its record holds it. @throws Rejection `invalid_record` */
export function dealRecordOf(record: unknown): DealRecord {
	return shaped<DealRecord>(dealRecordShape, record, '');
}

const TIMES = [
	'hs_lastmodifieddate',
	'closedate',
	'createdate',
	'notes_last_updated',
	'hs_v2_date_entered_current_stage',
] as const;

type Times = Record<(typeof TIMES)[number], string | null>;

function timesOf({ properties }: Deal, facts: FactReader): Times {
	const times = TIMES.map((name) => [name, facts.instant(properties[name], `deal.properties.${name}`)]);
	return Object.fromEntries(times) as Times;
}

/** An empty amount is none, and not 0. The currency is left out in accounts that use only their own. */
function amountOf({ properties }: Deal, { account }: RawRecord): DealHistory['amount'] {
	const amount = numberIn(properties.amount, 'deal.properties.amount');
	if (amount === null) return null;
	const currency = textIn(properties.deal_currency_code)?.toUpperCase() ?? account.currency;
	if (/^[A-Z]{3}$/.test(currency)) return { value: plainText(amount), currency };
	throw new Rejection(
		'unknown_currency',
		'deal.properties.deal_currency_code',
		`"${excerpt(currency)}" is not a currency of three letters. Correct the deal's currency in HubSpot.`,
	);
}

/** HubSpot's rate leads to the account's own currency, so it counts only where that is the one reported in. */
function ownRateOf(
	{ properties }: Deal,
	amount: DealHistory['amount'],
	{ account }: RawRecord,
	{ reportingCurrency }: NormaliseSettings,
	facts: FactReader,
): Pick<DealHistory, 'ownRate'> {
	if (amount === null || amount.currency === reportingCurrency) return {};
	if (account.currency !== reportingCurrency) return {};
	const rate = facts.read(properties.hs_exchange_rate, 'deal.properties.hs_exchange_rate', parseNumber);
	return rate?.gt(0) ? { ownRate: { rate: rate.toFixed(), source: 'hubspot' } } : {};
}

/** When a closed deal was closed, and an open one last changed: that day's rate counts. */
function valueInstant(times: Times, status: StageStatus): string | null {
	const closed = status === 'active' ? null : (times.closedate ?? times.hs_v2_date_entered_current_stage);
	return closed ?? times.hs_lastmodifieddate;
}

function lastActivityOf(times: Times, enteredAt: string): string {
	const instants = [
		times.hs_lastmodifieddate,
		times.notes_last_updated,
		times.hs_v2_date_entered_current_stage,
		times.createdate,
	];
	return instants.reduce<string>(
		(latest, instant) => (instant !== null && instant > latest ? instant : latest),
		enteredAt,
	);
}

function clientOf(
	{ company }: DealRecord,
	{ account }: RawRecord,
	{ clientPer }: NormaliseSettings,
	facts: FactReader,
): ClientReference {
	if (clientPer === 'account' || company === null) return accountClient(account);
	const clientName = facts.text(company.name, 'company.name');
	return { externalId: `${account.id}:${company.id}`, clientName, industry: null };
}

function metadataOf(
	{ properties }: Deal,
	times: Times,
	status: StageStatus,
	facts: FactReader,
): Record<string, unknown> {
	const { dealname, closed_lost_reason: reason } = properties;
	return {
		dealName: facts.text(dealname, 'deal.properties.dealname'),
		createdAt: times.createdate,
		// While a deal is open this is when it is hoped to be closed.
		[status === 'active' ? 'expectedCloseAt' : 'closedAt']: times.closedate,
		...(status === 'lost' && { lostReason: facts.text(reason, 'deal.properties.closed_lost_reason') }),
	};
}
