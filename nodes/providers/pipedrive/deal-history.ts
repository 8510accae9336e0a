import { dayAt } from '../../engine/months';
import type { Account } from '../../shared/account';
import type { Day } from '../../shared/dates';
import type { ClientReference } from '../../shared/messages';
import { parseAmount, plainText } from '../../shared/money';
import { Rejection } from '../../shared/rejection';
import { excerpt } from '../../shared/text';
import type { DealHistory, StageEntry } from '../lead-events';
import type { NormaliseSettings } from '../normaliser';
import type { Deal, DealRecord, StageChange } from './shapes';
import { StageNames } from './stage-names';

const STATUSES = { open: 'active', won: 'won', lost: 'lost', deleted: 'deleted' } as const;

/**
 * A deal with its life so far.
 * @throws Rejection where its amount or its times cannot be read
 */
export function historyOf(
	record: DealRecord,
	account: Account,
	{ clientPer }: Pick<NormaliseSettings, 'clientPer'>,
): DealHistory {
	const { deal } = record;
	return {
		sourceSystem: 'pipedrive',
		leadId: deal.id,
		entries: entriesOf(record),
		status: STATUSES[deal.status],
		amount: amountIn(deal),
		valueDay: valueDayOf(deal, account.timezone),
		lastActivityAt: lastActivityOf(deal),
		version: deal.update_time ?? deal.add_time,
		client: clientOf(record, account, clientPer),
		metadata: metadataOf(record),
	};
}

/** Its creation, and each change of its stage. */
function entriesOf(record: DealRecord): StageEntry[] {
	const { deal } = record;
	const names = new StageNames(record);
	const changes = inOrder(record.stageChanges);
	const [first] = changes;
	// Where the first change comes from no stage, it is the creation that it tells of.
	const later = first && !first.change.data.old_value ? changes.slice(1) : changes;
	const createdIn = first ? (first.change.data.old_value ?? first.change.data.new_value) : deal.stage_id;
	const createdAt = first && first.at < deal.add_time ? first.at : deal.add_time;
	const entry = (
		rest: Pick<StageEntry, 'externalId' | 'enteredAt' | 'changeId' | 'stageId'>,
	): StageEntry => ({
		...rest,
		stage: names.labelOf(rest.stageId),
		metadata: names.factsOf(rest.stageId),
	});
	return [
		entry({
			externalId: `deal:${deal.id}:created`,
			enteredAt: createdAt,
			changeId: CREATION,
			stageId: createdIn,
		}),
		...later.map(({ at, change: { data } }) =>
			entry({
				externalId: `deal:${deal.id}:flow:${data.id}`,
				enteredAt: at,
				changeId: data.id,
				stageId: data.new_value,
			}),
		),
	];
}

/** Sorts before every change. */
const CREATION = '0';

/** The changes by time and id, each once: a page may have given it twice. */
function inOrder(stageChanges: readonly StageChange[]): Array<{ at: string; change: StageChange }> {
	const byId = new Map(stageChanges.map((change) => [change.data.id, change]));
	return [...byId.values()]
		.map((change, index) => ({ at: timeOf(change, index), change }))
		.sort((a, b) => compare(a.at, b.at) || Number(a.change.data.id) - Number(b.change.data.id));
}

function timeOf({ data, timestamp }: StageChange, index: number): string {
	const at = data.log_time ?? timestamp;
	if (at) return at;
	throw new Rejection(
		'invalid_record',
		`stageChanges[${index}].data.log_time`,
		'A change of stage has no time.',
	);
}

function amountIn({ value, currency }: Deal): DealHistory['amount'] {
	if (value === null || value === undefined) return null;
	const amount = parseAmount(value, 'deal.value');
	if (amount.isZero()) return { value: plainText(amount), currency: currency ?? '' };
	if (!/^[A-Z]{3}$/.test(currency ?? '')) {
		throw new Rejection(
			'unknown_currency',
			'deal.currency',
			`The deal's value is in "${excerpt(currency ?? '', 20)}", which is no currency of ISO 4217: a company can have its own in Pipedrive, and there is no rate for those. Give the deal another currency there.`,
		);
	}
	return { value: plainText(amount), currency: currency! };
}

/** The company's own day of closing, which no time zone shifts; of an open deal the day of its last change. */
function valueDayOf(deal: Deal, zone: string): Day {
	if (deal.status === 'open') return dayAt(new Date(deal.update_time ?? deal.add_time), zone);
	const ofStatus = deal.status === 'won' ? deal.local_won_date : deal.local_lost_date;
	const closed = deal.close_time ?? deal.won_time ?? deal.lost_time ?? deal.update_time ?? deal.add_time;
	return deal.local_close_date ?? ofStatus ?? dayAt(new Date(closed), zone);
}

function lastActivityOf({ add_time, update_time, stage_change_time }: Deal): string {
	return [add_time, update_time ?? '', stage_change_time ?? ''].sort().at(-1)!;
}

function clientOf(
	{ organization }: DealRecord,
	{ id, name }: Account,
	clientPer: NormaliseSettings['clientPer'],
): ClientReference {
	if (clientPer === 'account' || !organization) return { externalId: id, clientName: name, industry: null };
	return {
		externalId: `${id}:${organization.id}`,
		clientName: organization.name?.trim() || `${name}, organization ${organization.id}`,
		industry: null,
	};
}

/** Of the latest entry: what the deal is like now. */
function metadataOf({ deal, organization }: DealRecord): Record<string, unknown> {
	const facts = {
		title: deal.title,
		ownerId: deal.owner_id,
		organizationId: deal.org_id,
		organization: organization?.name,
		probability: deal.probability,
		expectedCloseDate: deal.expected_close_date,
		closeTime: deal.close_time,
		wonTime: deal.won_time,
		lostTime: deal.lost_time,
		lostReason: deal.lost_reason,
		archived: deal.is_archived === true ? true : undefined,
	};
	return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null && fact !== undefined));
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
