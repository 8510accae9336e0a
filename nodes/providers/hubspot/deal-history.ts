import { z } from 'zod/v4';

import { dayAt } from '../../engine/months';
import { plainText } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { shaped } from '../../shared/shape';
import { excerpt } from '../../shared/text';
import type { DealHistory } from '../lead-events';
import type { NormaliseSettings, RawRecord, StageStatus } from '../normaliser';
import { dealRecordShape, type Deal } from './shapes';
import { stageEntriesOf } from './stage-entries';
import { statusOf } from './status';
import { instantIn, numberIn, textIn } from './values';

export type DealRecord = z.infer<typeof dealRecordShape>;

/**
 * A deal as HubSpot gave it, as the history that all CRMs' deals are turned into.
 * @throws Rejection where something in it cannot be read
 */
export function dealHistoryOf(record: DealRecord, raw: RawRecord, settings: NormaliseSettings): DealHistory {
	const { deal } = record;
	const stages = new Map(record.stages.map((stage) => [stage.id, stage]));
	const entries = stageEntriesOf(deal, stages);
	const latest = entries.at(-1)!;
	const status = statusOf(deal, stages.get(latest.stageId), latest.stageId, settings);
	const amount = amountOf(deal, raw);
	const version = instantOf(deal, 'hs_lastmodifieddate');
	return {
		sourceSystem: 'hubspot',
		leadId: deal.id,
		entries,
		status,
		amount,
		...ownRateOf(deal, amount, raw, settings),
		valueDay: dayAt(new Date(valueInstant(deal, status) ?? latest.enteredAt), raw.account.timezone),
		lastActivityAt: lastActivityOf(deal, latest.enteredAt),
		version,
		client: clientOf(record, raw, settings),
		metadata: metadataOf(deal, status),
	};
}

/** A deal as its record holds it. @throws Rejection `invalid_record` */
export function dealRecordOf(record: unknown): DealRecord {
	return shaped<DealRecord>(dealRecordShape, record, '');
}

type InstantProperty =
	| 'hs_lastmodifieddate'
	| 'closedate'
	| 'createdate'
	| 'notes_last_updated'
	| 'hs_v2_date_entered_current_stage';

function instantOf({ properties }: Deal, name: InstantProperty): string | null {
	return instantIn(properties[name], `deal.properties.${name}`);
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
): Pick<DealHistory, 'ownRate'> {
	if (amount === null || amount.currency === reportingCurrency) return {};
	if (account.currency !== reportingCurrency) return {};
	const rate = numberIn(properties.hs_exchange_rate, 'deal.properties.hs_exchange_rate');
	return rate?.gt(0) ? { ownRate: { rate: rate.toFixed(), source: 'hubspot' } } : {};
}

/** When a closed deal was closed, and an open one last changed: that day's rate counts. */
function valueInstant(deal: Deal, status: StageStatus): string | null {
	const closed =
		status === 'active'
			? null
			: (instantOf(deal, 'closedate') ?? instantOf(deal, 'hs_v2_date_entered_current_stage'));
	return closed ?? instantOf(deal, 'hs_lastmodifieddate');
}

function lastActivityOf(deal: Deal, enteredAt: string): string {
	const instants = [
		instantOf(deal, 'hs_lastmodifieddate'),
		instantOf(deal, 'notes_last_updated'),
		instantOf(deal, 'hs_v2_date_entered_current_stage'),
		instantOf(deal, 'createdate'),
	];
	return instants.reduce<string>(
		(latest, instant) => (instant !== null && instant > latest ? instant : latest),
		enteredAt,
	);
}

function clientOf({ company }: DealRecord, { account }: RawRecord, { clientPer }: NormaliseSettings) {
	if (clientPer === 'account' || company === null) {
		return { externalId: account.id, clientName: account.name, industry: null };
	}
	const clientName = textIn(company.name) ?? `Company ${company.id}`;
	return { externalId: `${account.id}:${company.id}`, clientName, industry: null };
}

function metadataOf(deal: Deal, status: StageStatus): Record<string, unknown> {
	const { dealname, closed_lost_reason: reason } = deal.properties;
	return {
		dealName: textIn(dealname),
		createdAt: instantOf(deal, 'createdate'),
		// While a deal is open this is when it is hoped to be closed.
		[status === 'active' ? 'expectedCloseAt' : 'closedAt']: instantOf(deal, 'closedate'),
		...(status === 'lost' && { lostReason: textIn(reason) }),
	};
}
