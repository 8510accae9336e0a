import { describe, expect, it } from '@jest/globals';

import { Budget } from '../../../../nodes/engine/limits/budget';
import type {
	ChangedItem,
	ChangesStream,
	HydratedRecord,
	UnreadableRecord,
} from '../../../../nodes/engine/contract/stream';
import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import { ReadFailure } from '../../../../nodes/engine/contract/failure';
import { readByStrategy } from '../../../../nodes/engine/read/read-stream';
import { type ReadingContext, type ReadRecord } from '../../../../nodes/engine/read/strategy';
import { manualClock } from '../../../support/engine/manual-clock';
import { emptyStore, quietReading } from '../../../support/engine/reading';

function failed(status: number, ofEveryCall = false): ReadFailure {
	const call = { provider: 'Peer', description: 'the record', account: 'A', status, detail: '', ofEveryCall };
	return new ReadFailure(
		status === 403 ? 'not_permitted' : 'provider_unavailable',
		'words',
		'',
		undefined,
		call,
	);
}

interface Scene {
	/** Ids by page. */
	pages: string[][];
	batch?: number;
	/** What the provider answers for a record: its failure, or nothing where it gives it. */
	fails?: (id: string) => ReadFailure | undefined;
	waiting?: UnreadableRecord[];
	version?: string | null;
	isSync?: boolean;
	describe?: () => Promise<unknown>;
	find?: ChangesStream['find'];
}

/** A provider that fails a whole batch for the sake of one record. */
async function reading(scene: Scene) {
	const { pages, batch = 4, fails = () => undefined, version = 'v1', waiting = [] } = scene;
	const clock = manualClock();
	const records: ReadRecord[] = [];
	const settled: string[] = [];
	const asked: Array<{ ids: string[]; once: boolean }> = [];
	const cursors: unknown[] = [];
	const stream: ChangesStream = {
		reading: 'changes',
		key: 'deals',
		scopes: [],
		batch,
		find: scene.find,
		scans: [
			{
				name: 'all',
				async *pages() {
					for (const [index, ids] of pages.entries()) {
						const items = ids.map((id): ChangedItem => ({ id, version, item: {} }));
						yield await Promise.resolve({ items, cursor: { index } });
					}
				},
			},
		],
		hydrate: async ({ api }, items): Promise<HydratedRecord[]> => {
			const request = { json: items.map(({ id }) => id) } as unknown as ApiRequest;
			return (await api.call(request)) as HydratedRecord[];
		},
	};
	const context: ReadingContext<ChangesStream> = {
		...quietReading,
		isSync: scene.isSync ?? true,
		api: {
			resolveLink: (path) => ({ path }),
			call: async ({ json, once = false }) => {
				const ids = json as string[];
				asked.push({ ids, once });
				const failure = ids.map(fails).find((one) => one !== undefined);
				if (failure) throw failure;
				return await Promise.resolve(ids.map((recordId) => ({ recordId, record: {} })));
			},
		},
		account: { id: 'a', name: 'A', timezone: 'Australia/Sydney', currency: 'AUD' },
		stream,
		state: {},
		startedAt: clock.now(),
		concurrent: 1,
		clock,
		budget: new Budget({ maxRecords: 1e6, maxMinutes: 60 }, clock),
		store: { ...emptyStore, unreadableRecords: async () => await Promise.resolve(waiting) },
		describeAccount: scene.describe ?? quietReading.describeAccount,
		settled: (id) => void settled.push(id),
		progress: (state) => void cursors.push(structuredClone(state)),
	};
	let failure: unknown;
	try {
		const given = readByStrategy(context);
		for (let next = await given.next(); !next.done; next = await given.next()) records.push(next.value);
	} catch (error) {
		failure = error;
	}
	return {
		read: records.flatMap((one) => ('record' in one ? [one.recordId] : [])),
		rejected: records.flatMap((one) => ('rejected' in one ? [one.recordId] : [])),
		reasons: records.flatMap((one) => ('rejected' in one ? [one.rejected] : [])),
		...{ settled, asked, cursors, failure },
	};
}

const ids = (count: number, from = 1): string[] =>
	Array.from({ length: count }, (_, index) => String(from + index));

describe('a record that the provider does not give', () => {
	it('is left out of its batch by halving it, each half asked once', async () => {
		const result = await reading({
			pages: [ids(8)],
			batch: 8,
			fails: (id) => (id === '6' ? failed(500) : undefined),
		});
		expect(result.read).toEqual(['1', '2', '3', '4', '5', '7', '8']);
		expect(result.rejected).toEqual(['6']);
		expect(result.asked.map(({ ids: some, once }) => `${some.join('')}${once ? ' once' : ''}`)).toEqual([
			'12345678',
			'1234 once',
			'5678 once',
			'56 once',
			'5 once',
			'6 once',
			'78 once',
		]);
		expect(result.failure).toBeUndefined();
		expect(result.cursors).toEqual([{ all: { index: 0 } }]);
	});

	it('is named with what happened, and when it is asked for again', async () => {
		const { reasons } = await reading({
			pages: [ids(4)],
			fails: (id) => (id === '2' ? failed(403) : undefined),
		});
		expect(reasons).toEqual([
			{
				code: 'not_permitted',
				path: '',
				message: expect.stringMatching(
					/answered 403 .* other records\. .* 1, 6 and 24 hours, then weekly/,
				) as unknown,
			},
		]);
	});

	it('is one of few: then the account itself is asked whether the provider answers at all', async () => {
		let described = 0;
		const scene: Scene = {
			pages: [['1', '2']],
			fails: () => failed(504),
			describe: async () => await Promise.resolve(described++),
		};
		expect((await reading(scene)).rejected).toEqual(['1', '2']);
		expect(described).toBe(1);
		const silent = await reading({
			...scene,
			describe: async () => await Promise.reject(failed(504)),
		});
		expect(silent.rejected).toEqual([]);
		expect(silent.failure).toMatchObject({ failureClass: 'provider_unavailable' });
		expect(silent.cursors).toEqual([]);
	});
});

describe('an outage', () => {
	it('is where the first three records fail alike: nothing is rejected, and no mark moves', async () => {
		const result = await reading({ pages: [ids(50)], batch: 50, fails: () => failed(500) });
		expect(result).toMatchObject({ read: [], rejected: [], cursors: [] });
		expect(result.failure).toMatchObject({ failureClass: 'provider_unavailable' });
		expect(result.asked.length).toBeLessThan(15);
	});

	it('is not where they fail differently and the rest comes', async () => {
		const statuses = new Map([
			['1', 500],
			['2', 403],
			['3', 504],
		]);
		const result = await reading({
			pages: [ids(60)],
			batch: 1,
			fails: (id) => (statuses.has(id) ? failed(statuses.get(id)!) : undefined),
		});
		expect(result.rejected).toEqual(['1', '2', '3']);
		expect(result.read).toHaveLength(57);
	});

	it('is where more than a tenth of fifty fail, also after a good beginning', async () => {
		const fails = (id: string) => (Number(id) > 60 ? failed(503) : undefined);
		const result = await reading({ pages: [ids(60), ids(40, 61)], batch: 1, fails });
		expect(result.read).toHaveLength(60);
		expect(result.rejected).toEqual([]);
		expect(result.cursors).toEqual([{ all: { index: 0 } }]);
		expect(result.failure).toMatchObject({ failureClass: 'provider_unavailable' });
	});

	it('is not where a tenth of them fail', async () => {
		const fails = (id: string) => (Number(id) % 10 === 0 ? failed(500) : undefined);
		const result = await reading({ pages: [ids(200)], batch: 1, fails });
		expect(result.failure).toBeUndefined();
		expect(result.rejected).toHaveLength(20);
		expect(result.read).toHaveLength(180);
	});

	it('is at once what concerns every call, such as a scope that is missing', async () => {
		const fails = (id: string) => (id === '30' ? failed(403, true) : undefined);
		const result = await reading({ pages: [ids(40)], batch: 1, fails });
		expect(result.rejected).toEqual([]);
		expect(result.failure).toMatchObject({ failureClass: 'not_permitted' });
	});
});

describe('a record that waits to be asked for again', () => {
	const waiting = (...all: string[]): UnreadableRecord[] =>
		all.map((recordId) => ({ recordId, isDue: true }));
	const notYet = (...all: string[]): UnreadableRecord[] =>
		all.map((recordId) => ({ recordId, isDue: false }));
	const find: ChangesStream['find'] = async (_, id) => await Promise.resolve({ id, version: null, item: {} });

	it('is not read while its time has not come, although a page names it', async () => {
		const result = await reading({ pages: [['1', '2']], version: null, waiting: notYet('2') });
		expect(result.read).toEqual(['1']);
		expect(result.rejected).toEqual([]);
	});

	it('is read at once where the page says that it has changed', async () => {
		const result = await reading({ pages: [['1', '2']], waiting: notYet('2') });
		expect(result.read).toEqual(['1', '2']);
		expect(result.settled).toEqual(['2']);
	});

	it('is asked for by its id when its time has come, and is settled where it comes', async () => {
		const result = await reading({
			pages: [['1']],
			waiting: waiting('7', '8'),
			find,
			fails: (id) => (id === '8' ? failed(500) : undefined),
		});
		expect(result.read).toEqual(['1', '7']);
		expect(result.rejected).toEqual(['8']);
		expect(result.settled).toEqual(['7']);
	});

	it('is settled where the provider no longer has it', async () => {
		const result = await reading({
			pages: [],
			waiting: waiting('7'),
			find: async () => await Promise.resolve(undefined),
		});
		expect(result).toMatchObject({ read: [], rejected: [], settled: ['7'] });
	});

	it('is one of at most fifty that a run asks for, the longest waiting first', async () => {
		const all = ids(5_000);
		const result = await reading({
			pages: [['x', ...all]],
			batch: 1,
			waiting: waiting(...all),
			find,
			fails: (id) => (id === 'x' ? undefined : failed(403)),
			version: null,
		});
		expect(result.asked).toHaveLength(51);
		expect(result.rejected).toEqual(ids(50));
		expect(result.failure).toBeUndefined();
	});

	it('is asked for alone and once, so that it holds no batch of others up', async () => {
		const all = ids(100);
		const result = await reading({
			pages: [[...all, 'x', 'y']],
			batch: 50,
			waiting: waiting(...all),
			find,
			fails: (id) => (Number(id) > 0 ? failed(500) : undefined),
		});
		expect(result.asked).toHaveLength(51);
		expect(result.asked[0]).toEqual({ ids: ['x', 'y'], once: false });
		expect(result.asked.slice(1).every(({ ids: some, once }) => some.length === 1 && once)).toBe(true);
		expect(result.read).toEqual(['x', 'y']);
		expect(result.rejected).toEqual(ids(50));
	});

	it('is read like any other in a backfill', async () => {
		const result = await reading({ pages: [['1', '2']], version: null, waiting: notYet('2'), isSync: false });
		expect(result.read).toEqual(['1', '2']);
	});
});
