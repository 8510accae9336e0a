import type { ChangedItem, ChangesStream, HydratedRecord, Cursor, Page } from '../contract/stream';
import { asFailure } from '../contract/failure';
import { splitIntoBatches } from '../../shared/concurrency';
import { askingOnce, readInHalves } from './halves';
import type { Reading, ReadingContext, ReadRecord } from './strategy';
import { RecordReading } from './record-reading';

type Context = ReadingContext<ChangesStream>;

type Cursors = Record<string, Cursor | undefined>;

/**
 * Reads new and changed records, scan by scan and page by page. After each page the cursors say where to continue, and
 * the read ends there once the budget is spent. The first page is always read, so that every run makes progress.
 */
export async function* readChanges(context: Context): Reading {
	const { stream, budget } = context;
	const cursors: Cursors = { ...(context.state as Cursors) };
	const changes = new Changes(context, await RecordReading.begin(context));
	for (const scan of stream.scans) {
		for await (const page of scan.pages(context, cursors[scan.name], cursors)) {
			yield* changes.complete(page);
			cursors[scan.name] = page.cursor;
			context.progress(cursors);
			if (budget.isSpent) return { state: cursors, hasMore: true };
		}
	}
	yield* changes.askAgain();
	changes.finish();
	return { state: cursors, hasMore: false };
}

/** Completes the items of pages to records, each version of a record once. */
class Changes {
	private readonly seen = new Map<string, string | null>();

	private prepared: Promise<unknown> | undefined;

	constructor(
		private readonly context: Context,
		private readonly records: RecordReading,
	) {}

	/** Reads the records that earlier runs could not read and that no page of this run listed. */
	async *askAgain(): AsyncGenerator<ReadRecord, void> {
		const { records, context } = this;
		const { find } = context.stream;
		if (!find) return;
		const found: ChangedItem[] = [];
		for (const recordId of records.takeDue()) {
			const item = await findOne(recordId, async () => await find(context, recordId));
			if ('item' in item) found.push(item);
			else yield* records.take(item);
		}
		yield* this.completeAll(found);
	}

	/** Call once every page was read. */
	finish(): void {
		this.records.finish(this.context.stream.givesAll === true);
	}

	async *complete({ items, nameless }: Page): AsyncGenerator<ReadRecord, void> {
		yield* this.records.giveNameless(nameless);
		const unseen = this.unseen(items);
		yield* this.completeAll(unseen.filter(({ id, version }) => this.records.admits(id, version !== null)));
	}

	private async *completeAll(items: readonly ChangedItem[]): AsyncGenerator<ReadRecord, void> {
		const { concurrent } = this.context;
		// Several batches at once, yielded in order.
		for (const together of splitIntoBatches(this.toBatches(items), concurrent)) {
			const composing = together.map(async (batch) => await this.compose(batch));
			for (const result of await Promise.allSettled(composing)) {
				if (result.status === 'rejected') throw result.reason;
				for (const composed of result.value) yield* this.records.give(composed);
			}
		}
		yield* this.records.finishPage();
	}

	/**
	 * A record that could not be read before is requested alone and once: a batch with it would probably have to be bisected
	 * again.
	 */
	private toBatches(items: readonly ChangedItem[]): ChangedItem[][] {
		const isWaiting = ({ id }: ChangedItem): boolean => this.records.holds(id);
		const others = items.filter((item) => !isWaiting(item));
		const alone = items.filter(isWaiting).map((item) => [item]);
		return [...splitIntoBatches(others, this.context.stream.batch), ...alone];
	}

	private async compose(batch: readonly ChangedItem[]): Promise<HydratedRecord[]> {
		const { context, records } = this;
		const { stream, api } = context;
		this.prepared ??= Promise.resolve(stream.prepare?.(context));
		const prepared = await this.prepared;
		const isWaiting = batch.some(({ id }) => records.holds(id));
		return await readInHalves<ChangedItem, HydratedRecord>(batch, isWaiting ? askingOnce(api) : api, {
			read: async (some, asking) => await stream.hydrate({ ...context, api: asking }, some, prepared),
			accept: (composed) => composed.forEach((one) => records.note(one)),
			reject({ id }, failure) {
				records.note({ recordId: id, failure });
				return { recordId: id, failure };
			},
		});
	}

	/** A record may be on two pages: it moved while they were read, or two scans yield it. */
	private unseen(items: readonly ChangedItem[]): ChangedItem[] {
		return items.filter(({ id, version }) => {
			if (version !== null && this.seen.get(id) === version) return false;
			this.seen.set(id, version);
			return true;
		});
	}
}

async function findOne(
	recordId: string,
	find: () => Promise<ChangedItem | undefined>,
): Promise<ChangedItem | HydratedRecord> {
	try {
		return (await find()) ?? { recordId, skipped: 'the provider no longer has it.' };
	} catch (error) {
		return { recordId, failure: asFailure(error) };
	}
}
