import { toDay } from '../../shared/months';
import type { Account } from '../../shared/account';
import type { Day } from '../../shared/dates';
import { FactReader } from '../../shared/facts';
import type { ClientReference } from '../../shared/messages';
import { parseAmount, plainText } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import { accountClient } from '../account-facts';
import { listRemarks, type DealHistory } from '../lead-events';
import type { NormaliseSettings } from '../provider';
import { readDealFacts, type DealFacts } from './deal-facts';
import type { Deal, DealRecord } from './schemas';
import { buildStageHistory } from './stage-entries';

const STATUSES = { open: 'active', won: 'won', lost: 'lost', deleted: 'deleted' } as const;

/**
 * Converts a Pipedrive deal to the history common to all CRMs.
 * @param fetchedAt when the deal was fetched: a UTC instant, ISO 8601
 * @throws Rejection if its amount or its stage cannot be read
 */
export function readDealHistory(
	record: DealRecord,
	account: Account,
	{ clientPer }: Pick<NormaliseSettings, 'clientPer'>,
	fetchedAt: string = new Date().toISOString(),
): DealHistory {
	const { deal } = record;
	const reader = new FactReader();
	const facts = readDealFacts(deal, reader);
	const history = buildStageHistory(record, facts, reader, fetchedAt);
	const enteredAt = history.entries.at(-1)!.enteredAt;
	return {
		sourceSystem: 'pipedrive',
		leadId: deal.id,
		entries: history.entries,
		status: STATUSES[deal.status],
		amount: readAmount(deal),
		valueDay: chooseValueDay(deal, facts, enteredAt, account.timezone),
		lastActivityAt: findLastActivity(facts) ?? enteredAt,
		version: facts.updatedAt ?? facts.addedAt,
		client: readClient(record, account, clientPer, reader),
		metadata: buildMetadata(record, facts, reader),
		remarks: listRemarks(history, reader),
	};
}

function readAmount({ value, currency }: Deal): DealHistory['amount'] {
	if (value === null || value === undefined) return null;
	const amount = parseAmount(value, 'deal.value');
	if (amount.isZero()) return { value: plainText(amount), currency: currency ?? '' };
	if (!/^[A-Z]{3}$/.test(currency ?? '')) {
		throw new Rejection(
			'unknown_currency',
			'deal.currency',
			`The deal's currency "${excerpt(currency ?? '', 20)}" is not an ISO 4217 currency. Pipedrive allows custom currencies, but there are no exchange rates for those. Choose another currency for the deal in Pipedrive.`,
		);
	}
	return { value: plainText(amount), currency: currency! };
}

/** The closing day as stated for the company, not shifted by time zones; for an open deal, the day of its last change. */
function chooseValueDay(deal: Deal, facts: DealFacts, enteredAt: string, zone: string): Day {
	const changedAt = facts.updatedAt ?? facts.addedAt ?? enteredAt;
	if (deal.status === 'open') return toDay(new Date(changedAt), zone);
	const ofStatus = deal.status === 'won' ? facts.localWonDate : facts.localLostDate;
	const closedAt = facts.closeTime ?? facts.wonTime ?? facts.lostTime ?? changedAt;
	return facts.localCloseDate ?? ofStatus ?? toDay(new Date(closedAt), zone);
}

function findLastActivity({ addedAt, updatedAt, stageChangedAt }: DealFacts): string | undefined {
	return [addedAt, updatedAt, stageChangedAt]
		.filter((at) => at !== null)
		.sort()
		.at(-1);
}

function readClient(
	{ organization }: DealRecord,
	account: Account,
	clientPer: NormaliseSettings['clientPer'],
	reader: FactReader,
): ClientReference {
	if (clientPer === 'account' || !organization) return accountClient(account);
	const clientName = reader.text(organization.name, 'organization.name');
	return { externalId: `${account.id}:${organization.id}`, clientName, industry: null };
}

/** The deal's current properties, stored with the latest entry. */
function buildMetadata(
	{ organization }: DealRecord,
	facts: DealFacts,
	reader: FactReader,
): Record<string, unknown> {
	const metadata = {
		title: facts.title,
		ownerId: facts.ownerId,
		organizationId: facts.organizationId,
		organization: reader.text(organization?.name, 'organization.name'),
		probability: facts.probability,
		createdAt: facts.addedAt,
		expectedCloseDate: facts.expectedCloseDate,
		closeTime: facts.closeTime,
		wonTime: facts.wonTime,
		lostTime: facts.lostTime,
		lostReason: facts.lostReason,
		archived: facts.archived === true ? true : null,
	};
	return Object.fromEntries(Object.entries(metadata).filter(([, fact]) => fact !== null));
}
