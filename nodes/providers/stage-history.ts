/** The stage that a deal itself names. */
export interface PresentStage {
	stageId: string;
	/** When the provider says that the deal came into it (UTC, ISO 8601); null where it does not. */
	since: string | null;
	/** The entry into it, should the history lack it. */
	entryAt(at: string): StageEntry;
}

/** A deal's entries into stages, each once and in order. */
export interface StageHistory {
	entries: StageEntry[];
	/** Whether the last one is missing in the provider's history. */
	assumed: boolean;
}

/** Two times of a provider for one event may differ by as much. */
const TOLERANCE_MS = 60_000;

/** The provider's clock may be ahead of ours. Nothing happened later than this after a reading. */
const MAX_AHEAD_MS = 86_400_000;

/**
 * Ends a history with the stage in which the deal itself says it is. Where the history does not, the entry is assumed
 * at the time that the provider states for the present stage, or else at the last change that is known. Consecutive
 * entries into one stage are one.
 * @param given in any order; some may be there twice
 * @param present null where the deal names no stage
 * @param fetchedAt when the provider gave the deal: a UTC instant, ISO 8601
 */
export function completeHistory(
	given: readonly StageEntry[],
	present: PresentStage | null,
	fetchedAt: string,
): StageHistory {
	const newest = new Date(Date.parse(fetchedAt) + MAX_AHEAD_MS).toISOString();
	const since = present?.since && present.since <= newest ? present.since : null;
	const distinct = [...new Map(given.map((entry) => [entry.externalId, entry])).values()];
	const ordered = placeFutureEntries(distinct, newest, since).sort(compareEntries);
	const entries = present ? endWith(present.stageId, ordered) : ordered;
	const last = entries.at(-1);
	const missing = present && isMissing(present.stageId, since, last) ? present : null;
	const complete = mergeRepeated(entries);
	if (missing) complete.push(assumedEntry(missing, since, last));
	return { entries: complete.map(numbered), assumed: missing !== null };
}

/** What is dated in the future happened before the reading: when, only the present stage or the change before can tell. */
function placeFutureEntries(
	entries: readonly StageEntry[],
	newest: string,
	since: string | null,
): StageEntry[] {
	const times = entries.map(({ enteredAt }) => enteredAt).filter((at) => at <= newest);
	const known = since ?? times.sort().at(-1);
	return entries.map((entry) => (entry.enteredAt > newest && known ? { ...entry, enteredAt: known } : entry));
}

/** By time, then by the numbers in what the provider calls the change. */
export function compareEntries(a: StageEntry, b: StageEntry): number {
	return (
		Date.parse(a.enteredAt) - Date.parse(b.enteredAt) ||
		a.changeId.localeCompare(b.changeId, 'en', { numeric: true })
	);
}

/** Of the entries of the last instant the one into the present stage comes last. */
function endWith(stageId: string, entries: readonly StageEntry[]): StageEntry[] {
	const lastAt = entries.at(-1)?.enteredAt;
	const isPresent = (entry: StageEntry): boolean => entry.enteredAt === lastAt && entry.stageId === stageId;
	const present = entries.findLast(isPresent);
	return present ? [...entries.filter((entry) => entry !== present), present] : [...entries];
}

/** Whether the deal came into its stage by a move that the history lacks; also one back into the stage of the last entry. */
function isMissing(stageId: string, since: string | null, last: StageEntry | undefined): boolean {
	if (last?.stageId !== stageId) return true;
	return since !== null && isLater(since, last.enteredAt);
}

/** Whether an instant is another event than the one before it. */
export function isLater(at: string, before: string): boolean {
	return Date.parse(at) > Date.parse(before) + TOLERANCE_MS;
}

function mergeRepeated(entries: readonly StageEntry[]): StageEntry[] {
	return entries.filter((entry, index) => entry.stageId !== entries[index - 1]?.stageId);
}

function assumedEntry(present: PresentStage, since: string | null, last: StageEntry | undefined): StageEntry {
	const times = [since, last?.enteredAt].filter((at) => at !== null && at !== undefined);
	const at = times.sort().at(-1);
	if (at === undefined) throw new Error('An entry can be assumed only where some time is known.');
	const entry = present.entryAt(at);
	return { ...entry, metadata: { ...entry.metadata, assumed: true } };
}

const numbered = (entry: StageEntry, index: number): StageEntry => ({
	...entry,
	changeId: String(index).padStart(6, '0'),
});

/** A deal came into a stage. */
export interface StageEntry {
	/** The row's, unique within the provider's account. */
	externalId: string;
	/** A UTC instant, ISO 8601. */
	enteredAt: string;
	/** Orders entries of one instant, by the numbers in it; the creation's is the least. */
	changeId: string;
	stageId: string;
	/** The stage's label. */
	stage: string;
	metadata: Record<string, unknown>;
}
