/** The stage that the deal itself states as its current one. */
export interface CurrentStage {
	stageId: string;
	/** When the deal entered it, according to the provider (UTC, ISO 8601); null if the provider does not say. */
	since: string | null;
	/** Builds the entry into this stage, for a history that lacks it. */
	entryAt(at: string): StageEntry;
}

/** A deal's stage entries, without duplicates and in order. */
export interface StageHistory {
	entries: StageEntry[];
	/** Whether the last entry was missing from the provider's history and had to be assumed. */
	assumed: boolean;
}

/** A provider may report two times for the same event that differ by up to this much. */
const TOLERANCE_MS = 60_000;

/** How far the provider's clock may be ahead of ours. A time later than this after the fetch is wrong. */
const MAX_AHEAD_MS = 86_400_000;

/**
 * Makes a history end with the deal's current stage. If it does not, an entry is assumed: at the time that the provider
 * states for the current stage, or else at the last known change. Consecutive entries into the same stage are merged.
 * @param given in any order, possibly with duplicates
 * @param present null if the deal names no stage
 * @param fetchedAt when the deal was fetched: a UTC instant, ISO 8601
 */
export function completeHistory(
	given: readonly StageEntry[],
	present: CurrentStage | null,
	fetchedAt: string,
): StageHistory {
	const newest = new Date(Date.parse(fetchedAt) + MAX_AHEAD_MS).toISOString();
	const since = present?.since && present.since <= newest ? present.since : null;
	const distinct = [...new Map(given.map((entry) => [entry.externalId, entry])).values()];
	const ordered = redateFutureEntries(distinct, newest, since).sort(compareEntries);
	const entries = present ? endWith(present.stageId, ordered) : ordered;
	const last = entries.at(-1);
	const missing = present && isMissing(present.stageId, since, last) ? present : null;
	const complete = mergeRepeated(entries);
	if (missing) complete.push(assumedEntry(missing, since, last));
	return { entries: complete.map(numbered), assumed: missing !== null };
}

/**
 * An entry dated in the future must have happened before the fetch. It gets the time of the current stage or, failing
 * that, of the last plausible change.
 */
function redateFutureEntries(
	entries: readonly StageEntry[],
	newest: string,
	since: string | null,
): StageEntry[] {
	const times = entries.map(({ enteredAt }) => enteredAt).filter((at) => at <= newest);
	const known = since ?? times.sort().at(-1);
	return entries.map((entry) => (entry.enteredAt > newest && known ? { ...entry, enteredAt: known } : entry));
}

/** Orders by time, then by the numbers in the provider's change id. */
export function compareEntries(a: StageEntry, b: StageEntry): number {
	return (
		Date.parse(a.enteredAt) - Date.parse(b.enteredAt) ||
		a.changeId.localeCompare(b.changeId, 'en', { numeric: true })
	);
}

/** Of several entries at the last instant, puts the one into the current stage last. */
function endWith(stageId: string, entries: readonly StageEntry[]): StageEntry[] {
	const lastAt = entries.at(-1)?.enteredAt;
	const isPresent = (entry: StageEntry): boolean => entry.enteredAt === lastAt && entry.stageId === stageId;
	const present = entries.findLast(isPresent);
	return present ? [...entries.filter((entry) => entry !== present), present] : [...entries];
}

/** Whether the history lacks the move into the current stage, including a move away from it and back. */
function isMissing(stageId: string, since: string | null, last: StageEntry | undefined): boolean {
	if (last?.stageId !== stageId) return true;
	return since !== null && isLater(since, last.enteredAt);
}

/** Whether an instant belongs to a later event, and is not just another time for the same one. */
export function isLater(at: string, before: string): boolean {
	return Date.parse(at) > Date.parse(before) + TOLERANCE_MS;
}

function mergeRepeated(entries: readonly StageEntry[]): StageEntry[] {
	return entries.filter((entry, index) => entry.stageId !== entries[index - 1]?.stageId);
}

function assumedEntry(present: CurrentStage, since: string | null, last: StageEntry | undefined): StageEntry {
	const times = [since, last?.enteredAt].filter((at) => at !== null && at !== undefined);
	const at = times.sort().at(-1);
	if (at === undefined) throw new Error('Cannot assume a stage entry: the deal has no known time.');
	const entry = present.entryAt(at);
	return { ...entry, metadata: { ...entry.metadata, assumed: true } };
}

const numbered = (entry: StageEntry, index: number): StageEntry => ({
	...entry,
	changeId: String(index).padStart(6, '0'),
});

/** One entry of a deal into a stage. */
export interface StageEntry {
	/** The row's external id, unique within the provider's account. */
	externalId: string;
	/** A UTC instant, ISO 8601. */
	enteredAt: string;
	/** Orders entries at the same instant, by the numbers in it. The deal's creation has the lowest. */
	changeId: string;
	stageId: string;
	/** The stage's label. */
	stage: string;
	metadata: Record<string, unknown>;
}
