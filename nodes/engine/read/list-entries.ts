import { WITHOUT_ID } from '../../../db/runs/unreadable-records';
import type { RejectionReason } from '../../shared/messages';
import type { NamelessEntry } from '../contract/stream';

/** Names a list, for messages. */
export interface NamedList {
	provider: string;
	/** "the list of deals". */
	what: string;
	account: string | undefined;
}

/** How the entries of a list are read. */
export interface EntryReader<Entry> {
	/** The parsed entry; undefined if it has no id. */
	read(entry: unknown): Entry | undefined;
	getId(entry: Entry): string;
}

/** The entries of a page, separated by whether they have an id. */
export interface SortedEntries<Entry> {
	entries: Entry[];
	nameless: NamelessEntry[];
}

/** A list this short may consist of unreadable entries only; a longer one is not what was requested. */
const MAX_ALL_NAMELESS = 2;

/** Whether a list can be used: some of its entries are readable, or it has hardly any. */
export function isReadableList(entries: readonly unknown[], read: (entry: unknown) => unknown): boolean {
	return entries.length <= MAX_ALL_NAMELESS || entries.some((entry) => read(entry) !== undefined);
}

/**
 * Separates the entries of a page that have an id from those without. An entry without an id is named after its
 * neighbour, not its index, so that it gets the same name whenever its page is read again.
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
		`${provider} returned ${describeKind(entry)} as ${place} of ${account}. Without an id it cannot be requested again; ` +
		`the other entries were read. Check in ${provider} whether a record is missing here, and save it there once: then it is listed again. ` +
		'Rejected Record: Replay closes this rejection unless the next sync finds the entry again.';
	return { code: WITHOUT_ID, path: `[${index}]`, message };
}

function describeKind(entry: unknown): string {
	if (entry === null || entry === undefined) return 'null';
	if (Array.isArray(entry)) return 'a list';
	return typeof entry === 'object' ? 'something without a readable id' : `a ${typeof entry}`;
}

/** Warns about entries without an id in a list that does not contain records itself. */
export function warnOfNameless(
	{ provider, what, account = 'the connection' }: NamedList,
	{ length }: readonly unknown[],
	warn: (text: string) => void,
): void {
	if (length === 0) return;
	const entries = length === 1 ? 'an entry' : `${length} entries`;
	warn(`${provider} returned ${entries} without an id in ${what} of ${account}; the others were read.`);
}
