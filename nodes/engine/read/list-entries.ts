import { WITHOUT_ID } from '../../../db/runs/unreadable-records';
import type { RejectionReason } from '../../shared/messages';
import type { NamelessEntry } from '../contract/stream';

/** A list in words for messages. */
export interface NamedList {
	provider: string;
	/** "the list of deals". */
	what: string;
	account: string | undefined;
}

/** How the entries of a list are read. */
export interface EntryReader<Entry> {
	/** The entry as it is gone on with; undefined where it has no id. */
	read(entry: unknown): Entry | undefined;
	getId(entry: Entry): string;
}

/** The entries of a page of a list, and those that have no id. */
export interface SortedEntries<Entry> {
	entries: Entry[];
	nameless: NamelessEntry[];
}

/** A list of so many entries may hold nothing readable; a longer one that does is another thing than was asked for. */
const MAX_ALL_NAMELESS = 2;

/** Tells whether a list is to be gone on with: some of its entries are readable, or it has next to none. */
export function isReadableList(entries: readonly unknown[], read: (entry: unknown) => unknown): boolean {
	return entries.length <= MAX_ALL_NAMELESS || entries.some((entry) => read(entry) !== undefined);
}

/**
 * Tells the entries of a page that have an id from those that have none. One of those is named by its neighbour, not by
 * its number: the same one has the same name when its page is read again, and another one has another.
 */
export function sortEntries<Entry>(
	given: readonly unknown[],
	{ read, getId: idOf }: EntryReader<Entry>,
	list: NamedList,
): SortedEntries<Entry> {
	const all = given.map(read);
	const entries = all.filter((entry) => entry !== undefined);
	const first = entries[0];
	const nameless: NamelessEntry[] = [];
	let last: string | undefined;
	for (let index = 0, distance = 1; index < all.length; index++, distance++) {
		const entry = all[index];
		if (entry !== undefined) [last, distance] = [idOf(entry), 0];
		else {
			const near = last === undefined ? (first ? `before ${idOf(first)}` : '') : `after ${last}`;
			const place = `entry ${distance} ${near || 'of a page without ids'} in ${list.what}`;
			nameless.push({ recordId: place, rejected: toReason(given[index], place, index, list) });
		}
	}
	return { entries, nameless };
}

function toReason(entry: unknown, place: string, index: number, list: NamedList): RejectionReason {
	const { provider, account = 'the connection' } = list;
	const message =
		`${provider} gave ${describeKind(entry)} as ${place} of ${account}. Nothing can be asked for without an id, so it is not asked for again; ` +
		`the other entries were read. Look in ${provider} whether a record is missing here, and save it there once: then it is listed anew. ` +
		'Rejected Record: Replay closes this, unless the next sync meets the entry again.';
	return { code: WITHOUT_ID, path: `[${index}]`, message };
}

function describeKind(entry: unknown): string {
	if (entry === null || entry === undefined) return 'null';
	if (Array.isArray(entry)) return 'a list';
	return typeof entry === 'object' ? 'something without an id that can be read' : `a ${typeof entry}`;
}

/** What a person should know of the nameless entries of a list that holds no records of its own. */
export function warnOfNameless(
	{ provider, what, account = 'the connection' }: NamedList,
	{ length }: readonly unknown[],
	warn: (text: string) => void,
): void {
	if (length === 0) return;
	const entries = length === 1 ? 'an entry' : `${length} entries`;
	warn(`${provider} gave ${entries} without an id in ${what} of ${account}; the others were read.`);
}
