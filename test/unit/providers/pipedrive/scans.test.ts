import { describe, expect, it } from '@jest/globals';

import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import type { Deal } from '../../../sandbox/pipedrive/model';
import { problems } from '../../../sandbox/pipedrive/problems';
import { jsonReply } from '../../../sandbox/core/reply';
import { idsOf, NOW, readDeals, sandboxReply, scene, type Read, type Scene } from './reading';

const DAY = 24 * 3_600_000;

/** What the sandbox still lists, gone for good or not: all that a first reading can give. */
const listed = ({ company }: Scene): number[] =>
	[...company.deals.values()]
		.filter((deal) => company.isListed(deal))
		.map(({ id }) => id)
		.sort((a, b) => a - b);

const pathsOf = ({ calls }: Scene): string[] => calls.map(({ path }) => path);

const dealCalls = ({ calls }: Scene, sortBy: string): ApiRequest[] =>
	calls.filter(({ path, query }) => path === '/api/v2/deals' && query?.sort_by === sortBy);

/** What the scene's next reading gives, hours after the last. */
async function next(at: Scene, state: Record<string, unknown>, hours = 6) {
	await at.clock.sleep(hours * 3_600_000);
	at.calls.length = 0;
	return await readDeals(at, { state });
}

const someDeal = ({ company }: Scene, fits: (deal: Deal) => boolean = () => true): Deal =>
	[...company.deals.values()].find((deal) => !deal.deleted && !deal.archived && deal.updated && fits(deal))!;

describe('a first reading', () => {
	it('gives every deal once: open, ended, archived, deleted, and never touched', async () => {
		const at = scene('harbour');
		const read = await readDeals(at);
		expect(idsOf(read)).toEqual(listed(at));
		const kinds = [...at.company.deals.values()];
		expect(kinds.some(({ archived }) => archived)).toBe(true);
		expect(kinds.some(({ deleted }) => deleted)).toBe(true);
		expect(kinds.some(({ updated }) => updated === null)).toBe(true);
		expect(read.end.hasMore).toBe(false);
		expect(JSON.stringify(read.end.state).length).toBeLessThan(1_024);
	});

	it('asks for the history of those that are there, and for none of those that are gone', async () => {
		const at = scene('harbour');
		await readDeals(at);
		const gone = [...at.company.deals.values()].filter(({ deleted }) => deleted).map(({ id }) => id);
		const flows = pathsOf(at).filter((path) => path.endsWith('/flow'));
		expect(flows).toHaveLength(listed(at).filter((id) => !gone.includes(id)).length);
		expect(pathsOf(at).some((path) => /changelog|recents/.test(path))).toBe(false);
	});

	it('goes on where a window ended, and gives every deal once in all', async () => {
		const at = scene('small');
		const ids: number[] = [];
		let state = {};
		for (let window = 0; ; window++) {
			const read = await readDeals(at, { state, maxRecords: 1 });
			ids.push(...idsOf(read));
			state = read.end.state;
			if (!read.end.hasMore) break;
			expect(window).toBeLessThan(20);
		}
		expect(ids.sort((a, b) => a - b)).toEqual(listed(at));
	});

	it('comes through hundreds that changed at the same second, page by page', async () => {
		const at = scene('bulk');
		const ids: number[] = [];
		let state = {};
		for (let more = true; more; ) {
			const read = await readDeals(at, { state, maxRecords: 1 });
			ids.push(...idsOf(read));
			[state, more] = [read.end.state, read.end.hasMore];
		}
		expect(ids.sort((a, b) => a - b)).toEqual(listed(at));
		// Changed at once and settled: the next reading does not pay for their histories again.
		expect((await next(at, state)).records).toEqual([]);
	});

	it('begins anew from the last change where the cursor is no longer taken', async () => {
		const at = scene('small');
		const first = await readDeals(at, { maxRecords: 1 });
		expect(first.end.hasMore).toBe(true);
		at.instead = ({ query }) => (query?.cursor ? problems.badRequest('the cursor is not valid') : undefined);
		const refused = dealCalls(at, 'update_time').length;
		const second = await readDeals(at, { state: first.end.state, maxRecords: 1 });
		expect(dealCalls(at, 'update_time')[refused]?.query?.cursor).toBeDefined();
		expect(dealCalls(at, 'update_time')[refused + 1]?.query).toMatchObject({
			updated_since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
		});
		expect(second.records.length).toBeGreaterThan(0);
	});

	it('begins anew once where cursors are refused, and is not led round and round by it', async () => {
		const at = scene('small');
		let refused = 0;
		at.instead = ({ query }) =>
			query?.cursor && ++refused === 2 ? problems.badRequest('the cursor is not valid') : undefined;
		expect(new Set(idsOf(await readDeals(at)))).toEqual(new Set(listed(at)));
		at.instead = ({ query }) => (query?.cursor ? problems.badRequest('the cursor is not valid') : undefined);
		await expect(readDeals(at)).rejects.toThrow('status 400');
	});

	it('begins its look at added deals anew where the cursor is refused', async () => {
		const at = scene('small');
		let refused = false;
		at.instead = ({ query }) => {
			if (!query?.cursor || query.sort_by !== 'add_time' || refused) return undefined;
			refused = true;
			return problems.badRequest('the cursor is not valid');
		};
		expect(new Set(idsOf(await readDeals(at)))).toEqual(new Set(listed(at)));
		expect(refused).toBe(true);
	});

	it('leaves out what ended before the history begins', async () => {
		const at = scene('harbour');
		const read = await readDeals(at, { historyStart: '2026-09-01' });
		const ended = ({ closed }: Deal): boolean => closed !== null && closed < new Date('2026-08-31T14:00:00Z');
		expect([...at.company.deals.values()].some(ended)).toBe(true);
		expect(idsOf(read)).toEqual(listed(at).filter((id) => !ended(at.company.deal(id))));
	});
});

describe('a later reading', () => {
	it('gives nothing where nothing changed', async () => {
		const at = scene('harbour');
		const first = await readDeals(at);
		const second = await next(at, first.end.state);
		expect(second.records).toEqual([]);
		expect(pathsOf(at)).toEqual(['/api/v2/deals', '/api/v2/deals/archived']);
	});

	it('asks by whole seconds and Z, ten minutes before the last change', async () => {
		const at = scene('harbour');
		const deal = someDeal(at);
		at.company.rename(deal, 'Just now');
		const first = await readDeals(at);
		await next(at, first.end.state);
		expect(dealCalls(at, 'update_time')[0]?.query?.updated_since).toBe('2026-11-20T02:50:00Z');
	});

	it.each([
		['a move', (at: Scene, deal: Deal) => at.company.move(deal, deal.stageId === 10 ? 11 : 10)],
		['a win', (at: Scene, deal: Deal) => at.company.close(deal, 'won')],
		['archiving', (at: Scene, deal: Deal) => at.company.archive(deal, true)],
		['deleting', (at: Scene, deal: Deal) => at.company.delete(deal)],
		['another company', (at: Scene, deal: Deal) => at.company.assign(deal, 305)],
	])('gives a deal after %s', async (_, change) => {
		const at = scene('harbour');
		const first = await readDeals(at);
		await at.clock.sleep(DAY / 4);
		const deal = someDeal(at);
		change(at, deal);
		expect(idsOf(await readDeals(at, { state: first.end.state }))).toEqual([deal.id]);
	});

	it('finds a deal that was only just added and has no time of change, once a day', async () => {
		const at = scene('harbour');
		const first = await readDeals(at);
		await at.clock.sleep(DAY / 8);
		const { ownerId, stageId } = someDeal(at);
		const start = { ownerId, stageId, organizationId: null, value: '1', currency: 'AUD' };
		at.company.add({ ...start, id: 9_001, title: 'Fresh' });
		const soon = await next(at, first.end.state);
		expect(soon.records).toEqual([]);
		const nextDay = await next(at, soon.end.state, 24);
		expect(idsOf(nextDay)).toEqual([9_001]);
		expect(await next(at, nextDay.end.state, 24)).toMatchObject({ records: [] });
	});

	it('finds an archived deal that has no time of change: at first, once a day, in a backfill, and restored', async () => {
		const at = scene('harbour');
		const { ownerId, stageId } = someDeal(at);
		const start = { ownerId, stageId, organizationId: null, value: '1', currency: 'AUD' };
		const addArchived = (id: number) => {
			const deal = at.company.add({ ...start, id, title: 'Archived at once' });
			at.company.archive(deal, true);
			return Object.assign(deal, { updated: null });
		};
		addArchived(9_001);
		const first = await readDeals(at);
		expect(idsOf(first)).toContain(9_001);
		await at.clock.sleep(DAY / 8);
		const later = addArchived(9_002);
		const nextDay = await next(at, first.end.state, 24);
		expect(idsOf(nextDay)).toContain(9_002);
		const today = NOW.slice(0, 10);
		expect(idsOf(await readDeals(at, { range: { from: today, to: today } }))).toContain(9_002);
		at.deletedLeads = [String(later.id)];
		expect(idsOf(await next(at, nextDay.end.state, 24))).toContain(9_002);
	});

	it('is not led beyond its own start by a change dated in the future', async () => {
		const at = scene('harbour');
		const [early, late] = [someDeal(at), someDeal(at, ({ id }) => id > 130)];
		at.company.rename(early, 'From next year', new Date('2027-11-20T00:00:00Z'));
		const first = await readDeals(at);
		await at.clock.sleep(DAY / 4);
		at.company.rename(late, 'From today');
		expect(idsOf(await readDeals(at, { state: first.end.state }))).toEqual([early.id, late.id]);
	});

	it('takes a late change that is stamped before the last one', async () => {
		const at = scene('harbour');
		at.company.rename(someDeal(at), 'Stamped now');
		const first = await readDeals(at);
		const late = someDeal(at, ({ id }) => id > 130);
		at.company.rename(late, 'Stamped earlier', new Date(at.clock.now().getTime() - 9 * 60_000));
		expect(idsOf(await next(at, first.end.state))).toContain(late.id);
	});

	it.each([-10, 10])('loses nothing where Pipedrive’s clock is %i minutes beside ours', async (minutes) => {
		const at = scene('harbour');
		const theirs = (): Date => new Date(at.clock.now().getTime() + minutes * 60_000);
		const first = await readDeals(at);
		const { ownerId, stageId } = someDeal(at);
		// Just after the reading.
		await at.clock.sleep(1_000);
		const changed = someDeal(at);
		at.company.rename(changed, 'Changed', theirs());
		const start = { ownerId, stageId, organizationId: null, value: '1', currency: 'AUD' };
		at.company.add({ ...start, id: 9_001, title: 'Fresh' }, theirs());
		const later = await next(at, first.end.state, 24);
		expect(idsOf(later)).toEqual([changed.id, 9_001]);
	});

	it('gives a deal that moves to a later page while they are read, as it is at the end', async () => {
		const at = scene('small');
		let moved: Deal | undefined;
		at.instead = (request) => {
			if (!request.query?.cursor || moved) return undefined;
			moved = someDeal(at);
			at.company.rename(moved, 'Moved while read');
			return undefined;
		};
		const read = await readDeals(at);
		expect([...new Set(idsOf(read))]).toEqual(listed(at));
		const last = read.records.findLast(({ recordId }) => recordId === String(moved?.id));
		expect(last).toMatchObject({ record: { deal: { title: 'Moved while read' } } });
	});

	it('finds, once a day, those that we hold for deleted and that are back without a word', async () => {
		const at = scene('harbour');
		const [back, gone] = [...at.company.deals.values()].filter(({ deleted }) => deleted);
		const first = await readDeals(at);
		at.company.restore(back!, true);
		at.deletedLeads = [String(back!.id), String(gone!.id), 'not-a-number'];
		expect(idsOf(await next(at, first.end.state, 24))).toEqual([back!.id]);
		expect(at.calls.find(({ query }) => query?.ids)?.query).toMatchObject({ ids: `${back!.id},${gone!.id}` });
	});
});

describe('the weekly scan', () => {
	/** A week after a first reading, whose deals all stand in our tables. */
	async function weekAfter(at: Scene, happens: (deals: Deal[]) => void) {
		const first = await readDeals(at);
		const there = [...at.company.deals.values()].filter(({ deleted }) => !deleted);
		at.leads = there.map(({ id }) => String(id));
		happens(there);
		return await next(at, first.end.state, 7 * 24);
	}
	const deletedIn = ({ records }: Read): string[] =>
		records
			.filter((one) => 'record' in one && (one.record.deal as { is_deleted: boolean }).is_deleted)
			.map(({ recordId }) => recordId);

	it('finds deals gone that were merged, or deleted long ago', async () => {
		const at = scene('harbour');
		const long = new Date(Date.parse(NOW) - 90 * DAY);
		const gone: Deal[] = [];
		const read = await weekAfter(at, (deals) => {
			gone.push(...deals.slice(0, 3));
			gone[0]!.vanished = true;
			for (const deal of gone.slice(1)) deal.deleted = long;
		});
		expect(deletedIn(read).sort()).toEqual(gone.map(({ id }) => String(id)).sort());
		expect(read.records).toHaveLength(3);
	});

	it('finds none gone of those that are all still listed, also the archived ones', async () => {
		const at = scene('harbour');
		expect((await weekAfter(at, () => undefined)).records).toEqual([]);
		expect(at.calls.filter(({ path }) => /deals\/\d+$/.test(path))).toEqual([]);
	});

	it('one that may only not be seen stays as it was', async () => {
		const at = scene('harbour');
		at.instead = ({ path }) => (/deals\/\d+$/.test(path) ? problems.forbidden() : undefined);
		const read = await weekAfter(at, ([deal]) => (deal!.vanished = true));
		expect(read.records).toEqual([]);
	});

	it('leaves many at once alone, with a warning', async () => {
		const at = scene('harbour');
		const read = await weekAfter(at, (deals) => deals.forEach((deal) => (deal.vanished = true)));
		expect(read.records).toEqual([]);
		expect(at.warnings).toEqual([expect.stringContaining('may still see all pipelines')]);
	});

	it('is not asked for before', async () => {
		const at = scene('harbour');
		const first = await readDeals(at);
		at.leads = ['1'];
		const read = await next(at, first.end.state, 6 * 24);
		expect(read.records).toEqual([]);
	});
});

describe('a backfill', () => {
	it('gives what was added or changed on its days, and leaves the rest alone', async () => {
		const at = scene('harbour');
		const range = { from: '2026-06-01', to: '2026-08-31' };
		// Sydney's days.
		const [from, until] = [new Date('2026-05-31T14:00:00Z'), new Date('2026-08-31T14:00:00Z')];
		const within = (day: Date | null): boolean => day !== null && day >= from && day < until;
		const meant = listed(at).filter((id) => {
			const { added, updated, archived } = at.company.deal(id);
			return within(updated) || (within(added) && !archived);
		});
		expect(meant.length).toBeGreaterThan(3);
		expect(idsOf(await readDeals(at, { range }))).toEqual(meant);
	});
});

describe('a record', () => {
	it('holds the deal, its changes of stage, and the names of what they speak of', async () => {
		const at = scene('harbour');
		const deal = someDeal(at, ({ path, organizationId }) => path.length > 2 && organizationId !== null);
		const { records } = await readDeals(at);
		const found = records.find(({ recordId }) => recordId === String(deal.id));
		const { record } = found as { record: Record<string, Array<{ id: number }>> };
		expect(record.stageChanges).toHaveLength(deal.path.length - 1);
		expect(new Set(record.stages!.map(({ id }) => id))).toEqual(
			new Set(deal.path.map(({ stageId }) => stageId)),
		);
		expect(record.organization).toEqual({
			id: deal.organizationId,
			name: at.company.organizations.get(deal.organizationId!)?.name,
		});
	});

	it.each(['harbour', 'southern'])(
		'holds a history of several pages, as %s has them paged',
		async (consent) => {
			const at = scene(consent, { deals: 1 });
			const [deal] = [...at.company.deals.values()];
			for (let count = 0; count < 1_100; count++) at.company.move(deal!, count % 2 ? 10 : 11);
			const { records } = await readDeals(at);
			const { record } = records[0] as unknown as { record: { stageChanges: unknown[] } };
			expect(record.stageChanges).toHaveLength(deal!.path.length - 1);
			expect(pathsOf(at).filter((path) => path.endsWith('/flow'))).toHaveLength(3);
		},
	);

	it('is rejected with the reason where the history of one deal is refused', async () => {
		const at = scene('hidden');
		const hidden = [...at.company.deals.values()].filter((deal) => deal.hidden);
		const { records } = await readDeals(at);
		const rejected = records.filter((record) => 'rejected' in record);
		expect(new Set(rejected.map(({ recordId }) => Number(recordId)))).toEqual(
			new Set(hidden.map(({ id }) => id)),
		);
		expect(rejected[0]).toMatchObject({
			rejected: { code: 'not_permitted', message: expect.stringContaining('403') as unknown },
		});
	});

	it.each([404, 410])('is skipped where the deal answers %i', async (status) => {
		const at = scene('harbour', { deals: 1 });
		at.instead = ({ path }) => (path.endsWith('/flow') ? jsonReply(status, { success: false }) : undefined);
		const { records } = await readDeals(at);
		expect(records).toMatchObject([{ skipped: expect.stringContaining(String(status)) }]);
	});

	it.each([
		['a scope that is missing', problems.scopeMismatch(), 'needs_consent'],
		['a gateway that shuts us out', problems.blocked(), 'rate_limited'],
	])('is not blamed for %s: that means all of them', async (_, reply, failureClass) => {
		const at = scene('harbour', { deals: 1 });
		at.instead = ({ path }) => (path.endsWith('/flow') ? reply : undefined);
		await expect(readDeals(at)).rejects.toMatchObject({ failureClass });
	});

	it('does without the names of organizations where the app may not see them, and says so', async () => {
		const at = scene('harbour');
		at.instead = ({ path }) => (path.endsWith('/organizations') ? problems.scopeMismatch() : undefined);
		const read = await readDeals(at);
		expect(idsOf(read)).toEqual(listed(at));
		expect(at.warnings).toEqual(expect.arrayContaining([expect.stringContaining('contacts:read')]));
	});

	it('names a stage that was removed as our own tables know it last', async () => {
		const at = scene('harbour');
		const deal = someDeal(at, ({ path }) => path.some(({ stageId }) => stageId === 11));
		at.company.removeStage(11);
		const metadata = { stageId: '11', pipelineId: '9', pipeline: 'Gone too', stageProbability: 40 };
		at.knownStages = [{ id: '11', label: 'Called last', metadata }];
		const { records } = await readDeals(at);
		const found = records.find(({ recordId }) => recordId === String(deal.id));
		expect(found).toMatchObject({
			record: {
				stages: expect.arrayContaining([
					{ id: '11', name: 'Called last', pipeline_id: '9', deal_probability: 40 },
				]),
				pipelines: expect.arrayContaining([{ id: '9', name: 'Gone too' }]),
			},
		});
	});

	it('finds its history on the host that all companies share, and asks there at once for the rest', async () => {
		const at = scene('harbour', { deals: 3 });
		at.commonHost = true;
		const { records } = await readDeals(at, { maxRecords: 1 });
		expect(records.every((record) => 'record' in record)).toBe(true);
		expect(pathsOf(at).some((path) => path.startsWith('/v1/deals/'))).toBe(true);
	});
});

describe('a list of ids', () => {
	/** Answers the list of `path` one thing at a time, whatever limit was asked for. */
	const oneByOne = (at: Scene, path: string): void => {
		at.instead = (request) => {
			if (request.path !== path || !request.query?.ids) return undefined;
			const { cursor = '0', ...query } = request.query;
			const reply = JSON.parse(sandboxReply(at, { ...request, query }).body) as { data: unknown[] };
			const place = Number(cursor);
			const next = place + 1 < reply.data.length ? String(place + 1) : null;
			const page = { success: true, data: reply.data.slice(place, place + 1) };
			return jsonReply(200, { ...page, additional_data: { next_cursor: next } });
		};
	};
	const organizationsIn = ({ records }: Read) =>
		records.map((one) => ('record' in one ? (one.record.organization ?? null) : null));

	it('is followed to its end: the names of organizations', async () => {
		const whole = organizationsIn(await readDeals(scene('harbour')));
		expect(whole.filter((one) => one !== null).length).toBeGreaterThan(1);
		const at = scene('harbour');
		oneByOne(at, '/api/v2/organizations');
		expect(organizationsIn(await readDeals(at))).toEqual(whole);
	});

	it('is followed to its end: the deals that were restored', async () => {
		const at = scene('harbour');
		const gone = [...at.company.deals.values()].filter(({ deleted }) => deleted).slice(0, 2);
		const first = await readDeals(at);
		for (const deal of gone) at.company.restore(deal, true);
		at.deletedLeads = gone.map(({ id }) => String(id));
		oneByOne(at, '/api/v2/deals');
		expect(gone).toHaveLength(2);
		expect(idsOf(await next(at, first.end.state, 24))).toEqual(gone.map(({ id }) => id));
	});
});

describe('a list that does not end', () => {
	it('stops the reading with a word to a person', async () => {
		const at = scene('harbour');
		at.instead = (request) => {
			if (request.path !== '/api/v2/deals') return undefined;
			const reply = sandboxReply(at, { ...request, query: { limit: '1' } });
			const body = JSON.parse(reply.body) as { additional_data: object };
			return jsonReply(200, { ...body, additional_data: { next_cursor: 'round-and-round' } });
		};
		await expect(readDeals(at)).rejects.toThrow('pagination does not end');
	});

	it.each([{ next_cursor: null }, { next_cursor: '' }, {}, null, undefined])(
		'ends where the page says so by %j',
		async (additional_data) => {
			const at = scene('empty');
			at.instead = ({ path }) =>
				path.startsWith('/api/v2/deals')
					? jsonReply(200, { success: true, data: null, additional_data })
					: undefined;
			expect((await readDeals(at)).records).toEqual([]);
		},
	);
});
