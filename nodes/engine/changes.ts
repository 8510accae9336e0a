import type { ChangedItem, ChangesStream, Mark } from './definition';
import type { Reading, ReadingContext, ReadRecord } from './reading';

type Context = ReadingContext<ChangesStream>;

type Marks = Record<string, Mark | undefined>;

/**
 * Reads what is new or changed, pass by pass and page by page. After each page the marks say where to go on, and where
 * the budget is spent the reading ends there; the first page is always read, so that every run comes further.
 */
export async function* readChanges(context: Context): Reading {
	const { stream, budget } = context;
	const marks: Marks = { ...(context.state as Marks) };
	const changes = new Changes(context);
	for (const pass of stream.passes) {
		for await (const page of pass.pages(context, marks[pass.name], marks)) {
			yield* changes.complete(page.items);
			marks[pass.name] = page.mark;
			context.progress(marks);
			if (budget.isSpent) return { state: marks, hasMore: true };
		}
	}
	return { state: marks, hasMore: false };
}

/** Completes the items of a reading's pages to records, each version of a record once. */
class Changes {
	private readonly seen = new Map<string, string | null>();

	private prepared: Promise<unknown> | undefined;

	constructor(private readonly context: Context) {}

	async *complete(items: readonly ChangedItem[]): AsyncGenerator<ReadRecord, void> {
		const { concurrent, stream } = this.context;
		const batches = inBatches(this.unseen(items), stream.batch);
		// A few batches at once, given out in their order.
		for (const together of inBatches(batches, concurrent)) {
			for (const result of await Promise.allSettled(
				together.map(async (batch) => await this.compose(batch)),
			)) {
				if (result.status === 'rejected') throw result.reason;
				yield* result.value;
			}
		}
	}

	private async compose(batch: readonly ChangedItem[]): Promise<ReadRecord[]> {
		const { context } = this;
		const { stream } = context;
		this.prepared ??= Promise.resolve(stream.prepare?.(context));
		const composed = await stream.compose(context, batch, await this.prepared);
		const fetchedAt = context.clock.now().toISOString();
		return composed.map((one) => ({ ...one, fetchedAt }));
	}

	/** A record may stand on two pages: it moved while they were read, or two passes give it. */
	private unseen(items: readonly ChangedItem[]): ChangedItem[] {
		return items.filter(({ id, version }) => {
			if (version !== null && this.seen.get(id) === version) return false;
			this.seen.set(id, version);
			return true;
		});
	}
}

/** A list cut into lists of so many. */
export function inBatches<T>(all: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
		all.slice(index * size, (index + 1) * size),
	);
}
