import { dataTables } from '../../db/schema/tables';
import type { Envelope, StateMessage } from '../shared/messages';
import type { ReadyRow } from './normalise-record';
import { buildStreamKey } from './counts-by-stream';

/** A row for the output, unless another one with the same key is newer. */
export interface RowSlot {
	row: ReadyRow;
	dropped: boolean;
}

/** The outcome of a stream's records since its last STATE. */
class StreamTally {
	normalised = 0;
	rejected = 0;
	deletions = 0;
	readonly slots: RowSlot[] = [];
	/** Ids of records that yielded nothing. */
	readonly withoutRows: string[] = [];
}

/** The loader's limit per STATE. Further records are closed by a later run that reads them again. */
const MAX_WITHOUT_ROWS = 1_000;

/** Counts the outcomes of records and adds the counts to the STATE that covers them. */
export class Tally {
	private readonly streams = new Map<string, StreamTally>();

	/** Counts one record with its rows. @param deletions number of deletions that the record yielded */
	addRows(envelope: Envelope, recordId: string, rows: ReadyRow[], deletions: number): RowSlot[] {
		const slots = rows.map((row) => ({ row, dropped: false }));
		const stream = this.getStream(envelope);
		stream.normalised++;
		stream.deletions += deletions;
		for (const slot of slots) stream.slots.push(slot);
		const isEmpty = rows.length + deletions === 0;
		if (isEmpty && stream.withoutRows.length < MAX_WITHOUT_ROWS) stream.withoutRows.push(recordId);
		return slots;
	}

	addRejected(envelope: Envelope): void {
		this.getStream(envelope).rejected++;
	}

	/** Adds the counts of its records to a STATE and deduplicates their rows. */
	close(state: StateMessage): StateMessage {
		const key = buildStreamKey(state);
		const stream = this.streams.get(key) ?? new StreamTally();
		const { normalised, rejected, deletions, slots, withoutRows } = stream;
		this.streams.delete(key);
		const produced = slots.length + deletions;
		const closed = counted(state, { normalised, rejected, produced, deduplicated: deduplicate(slots) });
		return withoutRows.length > 0 ? { ...closed, withoutRows } : closed;
	}

	private getStream(envelope: Envelope): StreamTally {
		const key = buildStreamKey(envelope);
		const stream = this.streams.get(key) ?? new StreamTally();
		this.streams.set(key, stream);
		return stream;
	}
}

interface Added {
	normalised: number;
	rejected: number;
	produced: number;
	deduplicated: number;
}

function counted(state: StateMessage, added: Added): StateMessage {
	const { extracted = 0, skipped = 0, filtered = 0, rows, ...before } = state.counts;
	const normalised = (before.normalised ?? 0) + added.normalised;
	const rejected = (before.rejected ?? 0) + added.rejected;
	// Records removed by a node between Extract and this one. Added records show up as counts that do not add up.
	const missing = Math.max(0, extracted - skipped - filtered - normalised - rejected);
	return {
		...state,
		counts: {
			...state.counts,
			normalised,
			rejected,
			filtered: filtered + missing,
			rows: {
				...rows,
				produced: (rows?.produced ?? 0) + added.produced,
				deduplicated: (rows?.deduplicated ?? 0) + added.deduplicated,
			},
		},
	};
}

/** Drops all but the newest version of each key, or the last row without versions. @returns how many were dropped */
function deduplicate(slots: RowSlot[]): number {
	const best = new Map<string, RowSlot>();
	let dropped = 0;
	for (const slot of slots) {
		const key = rowKey(slot.row);
		const other = best.get(key);
		if (other) {
			const worse = isOlder(slot.row, other.row) ? slot : other;
			worse.dropped = true;
			dropped++;
		}
		if (!slot.dropped) best.set(key, slot);
	}
	return dropped;
}

/** The table's unique key, with the client's id at the provider. */
function rowKey({ table, client, row }: ReadyRow): string {
	const { columns = [], keyIndexes = [] } = dataTables.get(table) ?? {};
	return JSON.stringify([
		table,
		client.externalId,
		...keyIndexes.map((index) => row[columns[index]!.property]),
	]);
}

/** Versions are instants in UTC, ISO 8601; they are compared only if both rows have one. */
function isOlder({ version: own }: ReadyRow, { version: other }: ReadyRow): boolean {
	return own !== undefined && other !== undefined && Date.parse(own) < Date.parse(other);
}
