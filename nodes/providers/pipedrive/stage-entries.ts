import type { FactReader } from '../../shared/facts';
import { Rejection } from '../../shared/rejection';
import { completeHistory, isLater, type StageEntry, type StageHistory } from '../stage-history';
import type { DealFacts } from './deal-facts';
import type { DealRecord, StageChange } from './schemas';
import { StageNames } from './stage-names';
import { parseTime } from './times';

/** A stage entry without its label. */
type Place = Pick<StageEntry, 'externalId' | 'enteredAt' | 'changeId' | 'stageId'>;

interface TimedChange {
	at: string;
	change: StageChange;
}

/**
 * Builds a deal's stage entries from its creation and its stage changes.
 * @throws Rejection if it has no stage or no readable time
 */
export function buildStageHistory(
	record: DealRecord,
	facts: DealFacts,
	reader: FactReader,
	fetchedAt: string,
): StageHistory {
	const { deal } = record;
	const names = new StageNames(record, reader);
	const changes = inOrder(record.stageChanges, reader);
	const stageId = deal.stage_id ?? changes.at(-1)?.change.data.new_value;
	if (!stageId) throw new Rejection('invalid_record', 'deal.stage_id', 'deal.stage_id is missing.');
	const since = facts.stageChangedAt;
	const placed = [...findCreation(deal.id, changes, stageId, facts), ...findMoves(deal.id, changes)];
	const entries = placed.map((place) => toStageEntry(place, names));
	const entryAt = (at: string): StageEntry =>
		toStageEntry({ externalId: `deal:${deal.id}:present`, enteredAt: at, changeId: '', stageId }, names);
	return completeHistory(entries, { stageId, since, entryAt }, fetchedAt);
}

const toStageEntry = (place: Place, names: StageNames): StageEntry => ({
	...place,
	stage: names.getLabel(place.stageId),
	metadata: names.getFacts(place.stageId),
});

/** Sorts before every change. */
const CREATION = '0';

/** Finds the entry at the deal's creation; none if the deal was moved but no change states its first stage. */
function findCreation(
	dealId: string,
	changes: readonly TimedChange[],
	present: string,
	facts: DealFacts,
): Place[] {
	const [first] = changes;
	const enteredAt = findCreationTime(first, facts);
	if (!first && facts.stageChangedAt && isLater(facts.stageChangedAt, enteredAt)) return [];
	const { old_value: from, new_value: to } = first?.change.data ?? {};
	return [
		{ externalId: `deal:${dealId}:created`, enteredAt, changeId: CREATION, stageId: from ?? to ?? present },
	];
}

/** The deal's earliest known time: for a converted lead, `add_time` is later than the first change. */
function findCreationTime(
	first: TimedChange | undefined,
	{ addedAt, stageChangedAt, updatedAt }: DealFacts,
): string {
	const at = first && addedAt && first.at < addedAt ? first.at : (addedAt ?? first?.at);
	const known = at ?? stageChangedAt ?? updatedAt;
	if (known) return known;
	throw new Rejection(
		'invalid_record',
		'deal.add_time',
		'The deal has no readable time: no creation time, stage change time or modified time.',
	);
}

function findMoves(dealId: string, changes: readonly TimedChange[]): Place[] {
	// A first change without an old stage is the deal's creation.
	const [first] = changes;
	const moves = first && !first.change.data.old_value ? changes.slice(1) : changes;
	return moves.map(({ at, change: { data } }) => ({
		externalId: `deal:${dealId}:flow:${data.id}`,
		enteredAt: at,
		changeId: data.id,
		stageId: data.new_value,
	}));
}

/** Sorts the changes by time and id, without duplicates from overlapping pages. */
function inOrder(stageChanges: readonly StageChange[], reader: FactReader): TimedChange[] {
	const byId = new Map(stageChanges.map((change) => [change.data.id, change]));
	return [...byId.values()]
		.map((change, index) => ({ at: readTime(change, index, reader), change }))
		.sort((a, b) => compare(a.at, b.at) || Number(a.change.data.id) - Number(b.change.data.id));
}

function readTime({ data, timestamp }: StageChange, index: number, reader: FactReader): string {
	const path = `stageChanges[${index}].data.log_time`;
	const at =
		reader.read(data.log_time, 'stageChanges.data.log_time', parseTime) ??
		reader.read(timestamp, 'stageChanges.timestamp', parseTime);
	if (at) return at;
	throw new Rejection('invalid_record', path, 'A stage change has no readable time.');
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
