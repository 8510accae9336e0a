import type { LoadChunk } from '../../db/load/chunk';
import type { LoadDeletion, LoadRejected, LoadRow, LoadRun, LoadState } from '../../db/load/input';
import { RowReader, type Preparation } from '../../db/load/prepare';
import { ChunkOrder } from './chunk-order';
import type { StorableMessage } from './parse-message';

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
	private readonly rejected: LoadRejected[] = [];
	private readonly states: Array<FromItem<LoadState>> = [];
	private readonly reader: RowReader;
	private readonly order = new ChunkOrder();

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

	/** Whether the message may join the chunk. If not, the chunk must be stored first. */
	admits(message: StorableMessage): boolean {
		return this.order.admit(message);
	}

	/** @param rowsArrived of a STATE: the number of its rows and deletions */
	gather(item: number, { type, value }: StorableMessage, json: object, rowsArrived: number): void {
		this.lastItem = item;
		switch (type) {
			case 'ROW':
				this.prepared.push(this.reader.read(value));
				this.rows.push({ item, json, value });
				return;
			case 'DELETED':
				this.deletions.push({ item, json, value });
				return;
			case 'REJECTED':
				this.rejected.push(value);
				return;
			case 'STATE':
				this.states.push({ item, json, value: { ...value, rowsArrived } });
		}
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
