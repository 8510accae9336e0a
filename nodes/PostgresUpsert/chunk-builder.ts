import type { LoadChunk } from '../../db/load/chunk';
import type { LoadDeletion, LoadRejected, LoadRow, LoadRun, LoadState } from '../../db/load/input';
import { RowReader, type Preparation } from '../../db/load/prepare';
import { buildDeletionKey, isDeleted } from './deletion-keys';

/** A value with the input item that it was parsed from. */
export interface FromItem<T> {
	item: number;
	json: object;
	value: T;
}

/** A chunk with the input items of its parts, which the report needs. */
export interface BuiltChunk {
	chunk: LoadChunk;
	rows: Array<FromItem<LoadRow>>;
	deletions: Array<FromItem<LoadDeletion>>;
	states: Array<FromItem<LoadState>>;
	lastItem: number;
}

/** Collects what is stored in one transaction, and checks the rows on the way. */
export class ChunkBuilder {
	private lastItem = 0;
	private readonly rows: Array<FromItem<LoadRow>> = [];
	private readonly prepared: Preparation[] = [];
	private readonly deletions: Array<FromItem<LoadDeletion>> = [];
	private readonly deletedKeys = new Set<string>();
	private readonly rejected: LoadRejected[] = [];
	private readonly rejectedIds = new Set<string>();
	private readonly states: Array<FromItem<LoadState>> = [];
	private readonly reader: RowReader;

	/** @param maxRows after which the chunk is full */
	constructor(
		private readonly run: LoadRun,
		private readonly maxRows: number,
	) {
		this.reader = new RowReader(run);
	}

	get isEmpty(): boolean {
		return this.rows.length + this.deletions.length + this.rejected.length + this.states.length === 0;
	}

	get isFull(): boolean {
		return Math.max(this.rows.length, this.deletions.length, this.rejected.length) >= this.maxRows;
	}

	/**
	 * Whether the change must wait for the next chunk. A valid copy of a rejected record resolves it, so the rejection
	 * must be stored first. Deletions are done after the rows of their chunk, so a row that restores a deleted one must
	 * come later.
	 */
	mustWait(change: LoadRow | LoadDeletion): boolean {
		if (this.rejectedIds.size > 0 && this.rejectedIds.has(buildRecordKey(change))) return true;
		return this.deletedKeys.size > 0 && 'row' in change && isDeleted(change, this.deletedKeys);
	}

	addRow(row: FromItem<LoadRow>): void {
		this.prepared.push(this.reader.read(row.value));
		this.rows.push(row);
		this.lastItem = row.item;
	}

	addDeletion(deletion: FromItem<LoadDeletion>): void {
		this.deletions.push(deletion);
		this.deletedKeys.add(buildDeletionKey(deletion.value));
		this.lastItem = deletion.item;
	}

	addRejected(item: number, record: LoadRejected): void {
		this.rejected.push(record);
		this.rejectedIds.add(buildRecordKey(record));
		this.lastItem = item;
	}

	addState(state: FromItem<LoadState>): void {
		this.states.push(state);
		this.lastItem = state.item;
	}

	build(): BuiltChunk {
		const { run, rows, prepared, deletions, rejected, states, lastItem } = this;
		const chunk: LoadChunk = {
			...run,
			rows: rows.map(getValue),
			prepared,
			deletions: deletions.map(getValue),
			rejected,
			states: states.map(getValue),
		};
		return { chunk, rows, deletions, states, lastItem };
	}
}

const getValue = <T>({ value }: FromItem<T>): T => value;

const buildRecordKey = ({ stream, accountId, recordId }: LoadRow | LoadDeletion | LoadRejected): string =>
	JSON.stringify([stream, accountId, recordId]);
