import { describe, expect, it } from '@jest/globals';

import { Budget } from '../../../../nodes/engine/limits/budget';
import type {
	ChangedItem,
	ChangesStream,
	HydratedRecord,
	Page,
	Scan,
} from '../../../../nodes/engine/contract/stream';
import { readByStrategy } from '../../../../nodes/engine/read/read-stream';
import {
	type ReadingContext,
	type ReadingEnd,
	type ReadRecord,
} from '../../../../nodes/engine/read/strategy';
import { manualClock } from '../../../support/engine/manual-clock';
import { quietReading } from '../../../support/engine/reading';

const item = (id: number, version = 'v1'): ChangedItem => ({ id: String(id), version, item: { id } });
const range = (from: number, through: number): ChangedItem[] =>
	Array.from({ length: through - from + 1 }, (_, index) => item(from + index));

/** A source of numbered records, in pages of three, that goes on behind the number in its mark. */
function list(name: string, through: number, from = 1): Scan {
	return {
		name,
		async *pages(_, mark): AsyncGenerator<Page, void> {
			for (let next = Number(mark?.after ?? from - 1) + 1; next <= through; next += 3) {
				const last = Math.min(next + 2, through);
				yield await Promise.resolve({ items: range(next, last), cursor: { after: last } });
			}
		},
	};
}

interface Scene {
	passes: readonly Scan[];
	state?: Record<string, unknown>;
	maxRecords?: number;
	batch?: number;
	compose?: (items: readonly ChangedItem[]) => Promise<HydratedRecord[]>;
}

interface Result {
	ids: string[];
	records: ReadRecord[];
	end: ReadingEnd | Error;
	progress: Array<Record<string, unknown>>;
	batches: string[][];
	prepared: number;
}

const whole = async (items: readonly ChangedItem[]): Promise<HydratedRecord[]> =>
	await Promise.resolve(items.map(({ id, version }) => ({ recordId: id, record: { version } })));

async function reading({ passes, state = {}, maxRecords = 1_000, batch = 2, compose = whole }: Scene) {
	const clock = manualClock();
	const result: Omit<Result, 'end'> = { ids: [], records: [], progress: [], batches: [], prepared: 0 };
	const stream: ChangesStream = {
		reading: 'changes',
		key: 'deals',
		scopes: [],
		scans: passes,
		batch,
		prepare: async () => await Promise.resolve(++result.prepared),
		hydrate: async (_, items) => {
			result.batches.push(items.map(({ id }) => id));
			return await compose(items);
		},
	};
	const budget = new Budget({ maxRecords, maxMinutes: 10 }, clock);
	const context: ReadingContext<ChangesStream> = {
		...quietReading,
		api: { call: async () => await Promise.reject(new Error('no call')), resolveLink: (path) => ({ path }) },
		account: { id: 'a', name: 'A', timezone: 'Australia/Sydney', currency: 'AUD' },
		stream,
		state,
		startedAt: clock.now(),
		concurrent: 3,
		clock,
		budget,
		progress: (cursors) => void result.progress.push({ ...cursors }),
	};
	const end = await consume(readByStrategy(context), (record) => {
		budget.count(1);
		result.records.push(record);
		result.ids.push(record.recordId);
	}).catch((error: Error) => error);
	return { ...result, end };
}

async function consume(
	stream: ReturnType<typeof readByStrategy>,
	take: (record: ReadRecord) => void,
): Promise<ReadingEnd> {
	for (let next = await stream.next(); ; next = await stream.next()) {
		if (next.done) return next.value;
		take(next.value);
	}
}

const ids = (from: number, through: number): string[] => range(from, through).map(({ id }) => id);

describe('reading changes', () => {
	it('goes scan by scan and page by page, in order, in batches', async () => {
		const {
			ids: read_,
			end,
			batches,
			prepared,
		} = await reading({ passes: [list('all', 7), list('bin', 12, 10)] });
		expect(read_).toEqual([...ids(1, 7), ...ids(10, 12)]);
		expect(batches).toEqual([['1', '2'], ['3'], ['4', '5'], ['6'], ['7'], ['10', '11'], ['12']]);
		expect(end).toEqual({ state: { all: { after: 7 }, bin: { after: 12 } }, hasMore: false });
		expect(prepared).toBe(1);
	});

	it('continues where the last reading stopped, and prepares nothing when nothing changed', async () => {
		const passes = [list('all', 7), list('bin', 12, 10)];
		const { ids: some } = await reading({ passes, state: { all: { after: 6 }, bin: { after: 12 } } });
		expect(some).toEqual(['7']);
		const nothing = await reading({ passes, state: { all: { after: 7 }, bin: { after: 12 } } });
		expect(nothing).toMatchObject({ ids: [], prepared: 0 });
	});

	it('reads each version once, however many pages contain it', async () => {
		const twice: Scan = {
			name: 'twice',
			async *pages(): AsyncGenerator<Page, void> {
				yield { items: [item(1), item(2)], cursor: { page: 1 } };
				yield await Promise.resolve({ items: [item(2), item(1, 'v2')], cursor: { page: 2 } });
			},
		};
		const { records } = await reading({ passes: [twice] });
		expect(records.map((one) => [one.recordId, 'record' in one && one.record.version])).toEqual([
			['1', 'v1'],
			['2', 'v1'],
			['1', 'v2'],
		]);
	});

	it('stops at the budget, and reaches the same end with windows of any size', async () => {
		for (const maxRecords of [1, 3, 4, 100]) {
			const seen: string[] = [];
			let state: Record<string, unknown> = {};
			let more = true;
			for (let window = 0; more; window++) {
				expect(window).toBeLessThan(20);
				const result = await reading({ passes: [list('all', 7), list('bin', 12, 10)], state, maxRecords });
				if (result.end instanceof Error) throw result.end;
				seen.push(...result.ids);
				({ state, hasMore: more } = result.end);
			}
			expect(seen).toEqual([...ids(1, 7), ...ids(10, 12)]);
		}
	});

	it('gives a reason for each missing record', async () => {
		const compose = async (items: readonly ChangedItem[]): Promise<HydratedRecord[]> =>
			await Promise.resolve(items.map(({ id }) => ({ recordId: id, skipped: 'It is gone.' })));
		const { records } = await reading({ passes: [list('all', 2)], compose });
		expect(records).toMatchObject([{ skipped: 'It is gone.' }, { skipped: 'It is gone.' }]);
	});

	it('stops at what fails: the pages before it are kept, in one scan for all', async () => {
		const compose = async (items: readonly ChangedItem[]): Promise<HydratedRecord[]> =>
			items.some(({ id }) => id === '6') ? await Promise.reject(new Error('made up')) : await whole(items);
		const { ids: read_, end, progress } = await reading({ passes: [list('all', 9)], compose });
		expect(end).toEqual(new Error('made up'));
		expect(read_).toEqual(ids(1, 5));
		expect(progress).toEqual([{ all: { after: 3 } }]);
	});
});
