import { describe, expect, it } from '@jest/globals';

import { paths } from '../../../../nodes/providers/hubspot/paths';
import { PortalReading, type Window } from './portal';

const HOUR_MS = 3_600_000;

const extracted = (windows: Window[]): number =>
	windows.reduce((sum, { records }) => sum + records.length, 0);

const searches = ({ requests }: Window) => requests.filter(({ group }) => group === 'search');

/** Hours pass until the next sync. */
function later(portal: PortalReading, hours = 6): void {
	portal.advance(hours * HOUR_MS);
}

describe('the first read', () => {
	it('gives every deal once, with its history and company', async () => {
		const portal = new PortalReading('harbour');
		const windows = await portal.sync();
		expect(windows).toHaveLength(1);
		expect(extracted(windows)).toBe(130);
		expect(portal.differences()).toEqual([]);
	});

	it('goes on behind pages that are short or empty', async () => {
		const portal = new PortalReading('harbour');
		portal.limits.shortPages = 1;
		await portal.sync();
		expect(portal.known.size).toBe(130);
		expect(portal.differences()).toEqual([]);
	});

	it('a portal without deals is complete at once', async () => {
		const portal = new PortalReading('empty');
		const [window] = await portal.sync();
		expect(window).toMatchObject({ hasMore: false, records: [] });
		portal.books.create('qualifiedtobuy');
		later(portal);
		await portal.sync();
		expect(portal.known.size).toBe(1);
	});

	it('goes on window by window, and ends with every deal wherever one is killed', async () => {
		const portal = new PortalReading('large', {}, 2_600);
		let windows = 0;
		for (let hasMore = true; hasMore; windows++) {
			await portal.window({ maxRecords: 500, dieAfter: 3 + (windows % 14) });
			({ hasMore } = await portal.window({ maxRecords: 500 }));
		}
		expect(windows).toBeGreaterThanOrEqual(5);
		expect(portal.differences()).toEqual([]);
	});

	it('searches for nothing before it is complete, and then from where it began', async () => {
		const portal = new PortalReading('large', {}, 1_500);
		const first = await portal.window({ maxRecords: 500 });
		expect(searches(first)).toEqual([]);
		const [early, deleted] = portal.books.ids(2);
		portal.books.edit(early!, { cents: 77 });
		portal.books.delete(deleted!);
		const rest = await portal.sync({ maxRecords: 500 });
		expect(searches(rest.at(-1)!).length).toBeGreaterThan(0);
		expect(portal.known.get(String(deleted))?.deleted).toBe(true);
		expect(portal.differences()).toEqual([]);
	});

	it('begins again where HubSpot no longer knows the cursor', async () => {
		const portal = new PortalReading('large', {}, 1_000);
		await portal.window({ maxRecords: 500 });
		const all = portal.state.all as { after: string };
		portal.state.all = { ...all, after: 'long-gone' };
		const [window] = await portal.sync();
		expect(window?.warnings).toEqual([expect.stringContaining('the list was started again')]);
		expect(portal.differences()).toEqual([]);
	});

	it('leaves out what was closed before the first day that matters', async () => {
		const portal = new PortalReading('harbour');
		const [window] = await portal.sync({ historyStart: '2026-09-01' });
		expect(window!.records.length).toBeLessThan(130);
		const closed = new Set(['closedwon', 'closedlost', '70400003', '70400004', '70400005']);
		for (const expected of portal.books.expected()) {
			const last = expected.entries.at(-1)!.externalId.split(':')[2]!;
			const wanted = !closed.has(last) || expected.valueDay >= '2026-09-01';
			expect([expected.leadId, portal.known.has(expected.leadId)]).toEqual([expected.leadId, wanted]);
		}
	});
});

describe('later reads', () => {
	async function synced(consent = 'harbour', largeDeals?: number): Promise<PortalReading> {
		const portal = new PortalReading(consent, {}, largeDeals);
		await portal.sync();
		later(portal);
		return portal;
	}

	it('give nothing where nothing changed, with a handful of calls', async () => {
		const portal = await synced();
		await portal.sync();
		later(portal);
		const [window] = await portal.sync();
		expect(window).toMatchObject({ hasMore: false, records: [] });
		expect(window!.requests).toHaveLength(2);
	});

	it('give what was edited, moved, made, deleted, restored and merged', async () => {
		const portal = await synced();
		const { books } = portal;
		const ids = books.ids(8);
		books.edit(ids[0]!, { cents: 4_200 });
		books.moveStage(ids[1]!, 'closedlost');
		const made = books.create('contractsent', { companyId: 9_000_003 });
		books.delete(ids[2]!);
		books.delete(ids[3]!);
		const into = books.merge(ids[4]!, ids[5]!);
		later(portal);
		await portal.sync();
		expect(portal.differences()).toEqual([]);
		expect(portal.known.get(String(made))).toBeDefined();
		expect(portal.known.get(String(into))?.deleted).toBe(false);
		expect(ids.slice(2, 6).map((id) => portal.known.get(String(id))?.deleted)).toEqual([
			true,
			true,
			true,
			true,
		]);
		books.restore(ids[2]!);
		later(portal);
		await portal.sync();
		expect(portal.known.get(String(ids[2]))?.deleted).toBe(false);
		expect(portal.differences()).toEqual([]);
	});

	it.each([
		['as the deal that they went into', 0],
		['as gone', 1],
	])('re-key merged deals that answer %s', async (_name, mergedAreGone) => {
		const portal = await synced();
		portal.limits.mergedAreGone = mergedAreGone;
		const [first, second] = portal.books.ids(2);
		// The index still gives the old deals while the merged one is there already.
		portal.books.edit(first!, { cents: 5 });
		portal.limits.indexingMs = 10 * HOUR_MS;
		const into = portal.books.merge(first!, second!);
		portal.limits.indexingMs = 0;
		portal.books.edit(into, { cents: 6 });
		const [window] = await portal.sync();
		expect(window!.records.filter((record) => 'skipped' in record)).toHaveLength(1);
		expect(portal.differences()).toEqual([]);
	});

	it('find what the index gives late', async () => {
		const portal = await synced();
		portal.limits.indexingMs = 8 * 60_000;
		const [id] = portal.books.ids(1);
		portal.books.edit(id!, { cents: 12 });
		await portal.sync();
		expect(portal.differences()).toHaveLength(1);
		later(portal);
		await portal.sync();
		expect(portal.differences()).toEqual([]);
	});

	it('lose nothing to a change that is dated in the future', async () => {
		const portal = await synced();
		const [future, next] = portal.books.ids(2);
		portal.books.edit(future!, { cents: 1 }, { at: portal.clock.now().getTime() + 400 * HOUR_MS });
		await portal.sync();
		portal.books.edit(next!, { cents: 2 });
		later(portal);
		await portal.sync();
		expect(portal.differences()).toEqual([]);
	});

	it.each([
		['ahead of ours', 600_000],
		['behind ours', -600_000],
	])('lose nothing where the portal’s clock is ten minutes %s', async (_name, skew) => {
		const portal = await synced();
		const ids = portal.books.ids(6);
		for (const [index, id] of ids.entries()) {
			portal.books.edit(id, { cents: 500 + index }, { at: portal.clock.now().getTime() + skew });
			portal.advance(5 * 60_000);
			if (index === 3) portal.books.delete(id, portal.clock.now().getTime() + skew);
			await portal.sync();
			portal.advance(60_000);
		}
		await portal.sync();
		expect(portal.differences()).toEqual([]);
	});

	it('never ask for the 10,001st result, though more deals changed in one millisecond', async () => {
		const portal = await synced('large', 10_300);
		portal.books.bulkEdit(portal.books.ids(), { cents: 9_900 });
		const windows = await portal.sync();
		expect(windows.length).toBeGreaterThan(2);
		expect(portal.differences()).toEqual([]);
		const offset = `{"sorts":[],"properties":[],"limit":200,"after":"9900","filterGroups":[]}`;
		expect(() => portal.ask({ method: 'POST', path: paths.dealSearch, json: JSON.parse(offset) })).toThrow(
			'400',
		);
	});

	it('read each deal once that is edited while the pages are read', async () => {
		const portal = await synced('large', 1_200);
		const ids = portal.books.ids(900);
		ids.forEach((id, index) =>
			portal.books.edit(
				id,
				{ cents: 100 + index },
				{ at: portal.clock.now().getTime() - HOUR_MS + index * 1_000 },
			),
		);
		await portal.sync({
			before: (request, number) => {
				// It moves to the end, and every deal behind it comes one place nearer.
				if (request.group === 'search') portal.books.edit(ids[number]!, { cents: 7 });
			},
		});
		later(portal);
		await portal.sync();
		expect(portal.differences()).toEqual([]);
	});

	it.each([
		['as numbers', 0, 0],
		['as texts', 1, 0],
		['as numbers, with deleted ones between', 0, 1],
	])(
		'come through a bulk edit of one millisecond, with ids ordered %s',
		async (_name, idsAsTexts, ghosts) => {
			const portal = await synced('large', 1_100);
			Object.assign(portal.limits, { idsAsTexts, ghosts });
			const { books } = portal;
			const ids = books.ids();
			books.bulkEdit(ids, { cents: 31_337 });
			for (const id of ids.slice(300, 560)) books.delete(id);
			portal.advance(60_000);
			books.edit(ids[0]!, { cents: 5 });
			portal.advance(60_000);
			const windows = await portal.sync({ maxRecords: 150 });
			expect(windows.length).toBeGreaterThan(4);
			expect(portal.differences()).toEqual([]);
			for (const { requests } of windows) {
				for (const { json } of requests) expect(JSON.stringify(json ?? '').length).toBeLessThan(3_000);
			}
		},
	);

	it('keep a state that stays small, wherever they stop', async () => {
		const portal = new PortalReading('large', {}, 1_000);
		for (let hasMore = true; hasMore; ) {
			({ hasMore } = await portal.window({ maxRecords: 100 }));
			expect(JSON.stringify(portal.state).length).toBeLessThan(500);
		}
		// Dated by a clock ten minutes ahead of ours.
		portal.books.bulkEdit(portal.books.ids(), { cents: 1 }, portal.clock.now().getTime() + 600_000);
		for (let hasMore = true; hasMore; ) {
			({ hasMore } = await portal.window({ maxRecords: 100 }));
			expect(JSON.stringify(portal.state).length).toBeLessThan(500);
		}
	});

	it('find week by week what no search tells, some pages at a time', async () => {
		const portal = await synced('large', 3_000);
		const [id] = portal.books.ids(1);
		portal.books.edit(id!, { companyId: 9_000_001 }, { silently: true });
		await portal.sync();
		expect(portal.differences().length).toBeLessThanOrEqual(1);
		later(portal, 8 * 24);
		const [window] = await portal.sync();
		expect(window!.records.length).toBe(2_000);
		expect(portal.differences()).toEqual([]);
		later(portal);
		expect(extracted(await portal.sync())).toBe(1_000);
		later(portal);
		expect(extracted(await portal.sync())).toBe(0);
	});

	it('go through a large recycle bin once a day only', async () => {
		const portal = await synced('large', 6_000);
		for (const id of portal.books.ids(5_200)) portal.books.delete(id);
		await portal.sync();
		const bin = ({ requests }: Window) => requests.filter(({ query }) => query?.archived === 'true').length;
		later(portal);
		expect((await portal.sync()).reduce((sum, window) => sum + bin(window), 0)).toBe(0);
		later(portal, 24);
		expect((await portal.sync()).reduce((sum, window) => sum + bin(window), 0)).toBe(52);
		expect(portal.differences()).toEqual([]);
	});

	it('a range of days yields what was changed or created on them, and leaves the state alone', async () => {
		const portal = await synced();
		const before = structuredClone(portal.state);
		const [window] = await portal.sync({ range: { from: '2026-08-01', to: '2026-08-31' } });
		const from = Date.parse('2026-07-31T14:00:00Z');
		const until = Date.parse('2026-08-31T14:00:00Z');
		const within = (ms: number): boolean => ms >= from && ms < until;
		const wanted = portal.books.ids().filter((id) => {
			const { modifiedAt, createdAt } = portal.books.deal(id);
			return within(modifiedAt) || within(createdAt);
		});
		expect(wanted.length).toBeGreaterThan(5);
		expect(window!.records.map(({ recordId }) => Number(recordId)).sort((a, b) => a - b)).toEqual(wanted);
		expect(portal.state).toEqual(before);
	});
});

describe('an entry of HubSpot’s search', () => {
	it.each<[string, (entry: Record<string, unknown>) => unknown, boolean]>([
		['null', () => null, false],
		['a text', () => 'made up', false],
		['without an id', (entry) => ({ ...entry, id: undefined }), false],
		['with an object for its id', (entry) => ({ ...entry, id: {} }), false],
		['without a time that can be read', (entry) => ({ ...entry, properties: 7, updatedAt: {} }), true],
	])('leaves the others readable when it is %s', async (_, becomes, isRead) => {
		const at = new PortalReading('harbour');
		await at.sync();
		at.advance(3 * 3_600_000);
		const ids = at.books.ids(5);
		for (const id of ids) at.books.edit(id, { cents: 4_200 });
		at.advance(3 * 3_600_000);
		const changed = ids.map(String);
		at.odd = (request, json) => {
			const reply = json as { results?: Array<Record<string, unknown>> };
			if (!request.path.endsWith('/search')) return json;
			const results = reply.results!.map((entry) => (entry.id === changed[2] ? becomes(entry) : entry));
			return { ...reply, results };
		};
		const windows = await at.sync();
		const records = windows.flatMap((window) => window.records);
		const read = records.flatMap((one) => ('record' in one ? [one.recordId] : []));
		const rejected = records.flatMap((one) => ('rejected' in one ? [one.rejected.code] : []));
		expect(changed.filter((id) => read.includes(id))).toEqual(
			isRead ? changed : changed.filter((id) => id !== changed[2]),
		);
		expect(rejected).toEqual(isRead ? [] : ['entry_without_id']);
	});
});
