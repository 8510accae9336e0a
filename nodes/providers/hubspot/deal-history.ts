import type { z } from 'zod/v4';

import { toDay } from '../../shared/months';
import { FactReader } from '../../shared/facts';
import type { ClientReference } from '../../shared/messages';
import { plainText } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { parseAs } from '../../shared/shape';
import { excerpt } from '../../shared/text';
import { accountClient } from '../account-facts';
import { listRemarks, type DealHistory } from '../lead-events';
import type { NormaliseSettings, RawRecord, StageStatus } from '../provider';
import { dealRecordSchema, type Deal } from './schemas';
import { buildStageHistory } from './stage-entries';
import { chooseStatus } from './status';
import { parseOptionalNumber, parseNumber, parseOptionalText } from './values';

export type DealRecord = z.infer<typeof dealRecordSchema>;

/**
 * Converts a HubSpot deal to the history common to all CRMs.
 * @throws Rejection if a value that a column needs cannot be read
 */
export function readDealHistory(
	record: DealRecord,
	raw: RawRecord,
	settings: NormaliseSettings,
): DealHistory {
	const { deal } = record;
	const facts = new FactReader();
	const times = readTimes(deal, facts);
	const stages = new Map(record.stages.map((stage) => [stage.id, stage]));
	const history = buildStageHistory(deal, stages, facts, raw.fetchedAt);
	const latest = history.entries.at(-1)!;
	const status = chooseStatus(deal, stages.get(latest.stageId), latest.stageId, settings);
	const amount = readAmount(deal, raw);
	return {
		sourceSystem: 'hubspot',
		leadId: deal.id,
		entries: history.entries,
		status,
		amount,
		...readOwnRate(deal, amount, raw, settings, facts),
		valueDay: toDay(new Date(valueInstant(times, status) ?? latest.enteredAt), raw.account.timezone),
		lastActivityAt: findLastActivity(times, latest.enteredAt),
		version: times.hs_lastmodifieddate,
		client: readClient(record, raw, settings, facts),
		metadata: buildMetadata(deal, times, status, facts),
		remarks: listRemarks(history, facts),
	};
}

/** @throws Rejection `invalid_record` */
export function parseDealRecord(record: unknown): DealRecord {
	return parseAs<DealRecord>(dealRecordSchema, record, '');
}

const TIMES = [
	'hs_lastmodifieddate',
	'closedate',
	'createdate',
	'notes_last_updated',
	'hs_v2_date_entered_current_stage',
] as const;

type Times = Record<(typeof TIMES)[number], string | null>;

function readTimes({ properties }: Deal, facts: FactReader): Times {
	const times = TIMES.map((name) => [name, facts.instant(properties[name], `deal.properties.${name}`)]);
	return Object.fromEntries(times) as Times;
}

/** An empty amount is null, not 0. Portals with a single currency omit the deal's currency. */
function readAmount({ properties }: Deal, { account }: RawRecord): DealHistory['amount'] {
	const amount = parseOptionalNumber(properties.amount, 'deal.properties.amount');
	if (amount === null) return null;
	const currency = parseOptionalText(properties.deal_currency_code)?.toUpperCase() ?? account.currency;
	if (/^[A-Z]{3}$/.test(currency)) return { value: plainText(amount), currency };
	throw new Rejection(
		'unknown_currency',
		'deal.properties.deal_currency_code',
		`"${excerpt(currency)}" is not a three-letter currency code. Correct the deal's currency in HubSpot.`,
	);
}

/** HubSpot's rate converts to the portal's currency, so it is used only if that is the reporting currency. */
function readOwnRate(
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

/** The instant whose day's rate applies: when a closed deal was closed, or an open one last changed. */
function valueInstant(times: Times, status: StageStatus): string | null {
	const closed = status === 'active' ? null : (times.closedate ?? times.hs_v2_date_entered_current_stage);
	return closed ?? times.hs_lastmodifieddate;
}

function findLastActivity(times: Times, enteredAt: string): string {
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

function readClient(
	{ company }: DealRecord,
	{ account }: RawRecord,
	{ clientPer }: NormaliseSettings,
	facts: FactReader,
): ClientReference {
	if (clientPer === 'account' || company === null) return accountClient(account);
	const clientName = facts.text(company.name, 'company.name');
	return { externalId: `${account.id}:${company.id}`, clientName, industry: null };
}

function buildMetadata(
	{ properties }: Deal,
	times: Times,
	status: StageStatus,
	facts: FactReader,
): Record<string, unknown> {
	const { dealname, closed_lost_reason: reason } = properties;
	return {
		dealName: facts.text(dealname, 'deal.properties.dealname'),
		createdAt: times.createdate,
		// For an open deal, this is the expected date.
		[status === 'active' ? 'expectedCloseAt' : 'closedAt']: times.closedate,
		...(status === 'lost' && { lostReason: facts.text(reason, 'deal.properties.closed_lost_reason') }),
	};
}
