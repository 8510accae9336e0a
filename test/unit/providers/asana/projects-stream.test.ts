import { describe, expect, it } from '@jest/globals';

import type { DiscoveryContext } from '../../../../nodes/engine/contract/provider';
import type { HydratedRecord, Cursor, Page, StreamContext } from '../../../../nodes/engine/contract/stream';
import type { ApiRequest, ProviderApi } from '../../../../nodes/engine/contract/api';
import { ReadFailure } from '../../../../nodes/engine/contract/failure';
import { asanaAccounts } from '../../../../nodes/providers/asana/accounts';
import { projectsStream } from '../../../../nodes/providers/asana/projects-stream';
import { asana } from '../../../../nodes/providers/asana';
import { failureFor } from '../../../support/engine/reading';

type LoadRejection = { status: number; body: string };
type Answer = object | LoadRejection;

/** An API that answers as told, with the rules of the real one for refusals. */
class Peer implements ProviderApi {
	readonly requests: ApiRequest[] = [];

	constructor(private readonly answer: (request: ApiRequest) => Answer) {}

	async call(request: ApiRequest): Promise<unknown> {
		this.requests.push(request);
		const answer = this.answer(request);
		if (!('status' in answer)) {
			if (!request.isValid(answer)) throw new ReadFailure('provider_unavailable', 'unreadable');
			return await Promise.resolve(answer);
		}
		if (request.isNotFound?.(answer)) return undefined;
		throw failureFor(asana.definition, request, { ...answer, headers: {} });
	}

	resolveLink(): never {
		throw new Error('No link of Asana is followed: its offset is all that is needed.');
	}
}

const EXPIRED: LoadRejection = {
	status: 400,
	body: '{"errors":[{"message":"offset: Your pagination token has expired."}]}',
};

/** Pages of entries by ids, chained by offsets. */
function chained(pages: string[][]): (offset: string | undefined) => object {
	return (offset) => {
		const index = Number(offset?.slice(5) ?? 0);
		const next = index + 1 < pages.length ? { offset: `page-${index + 1}`, path: '', uri: '' } : null;
		return { data: pages[index]!.map((gid) => ({ gid, name: `Project ${gid}` })), next_page: next };
	};
}

function contextOf(api: ProviderApi, change: Partial<StreamContext> = {}): StreamContext {
	return {
		api,
		account: { id: '77', name: 'Harbour Agency', timezone: 'Australia/Sydney', currency: 'AUD' },
		metadata: {},
		startedAt: new Date('2026-06-30T20:00:00.000Z'),
		concurrent: 2,
		store: {
			deletedLeads: async () => await Promise.resolve([]),
			liveLeads: async () => await Promise.resolve([]),
			unreadableRecords: async () => await Promise.resolve([]),
			knownStages: async () => await Promise.resolve([]),
		},
		warn: () => undefined,
		...change,
	};
}

async function pagesOf(api: ProviderApi, change?: Partial<StreamContext>, mark?: Cursor): Promise<Page[]> {
	const pages: Page[] = [];
	for await (const page of projectsStream.scans[0]!.pages(contextOf(api, change), mark, {})) pages.push(page);
	return pages;
}

const idsOf = (pages: Page[]): string[][] => pages.map(({ items }) => items.map(({ id }) => id));

const daysIn = (pages: Page[]): unknown => (pages[0]!.items[0]!.item as { days: unknown }).days;

describe('the projects of a workspace', () => {
	it('are listed to the end, those that are not archived, with nothing about people', async () => {
		const list = chained([['5', '9'], ['7']]);
		const api = new Peer(({ query }) => list(query?.offset));
		expect(idsOf(await pagesOf(api))).toEqual([['5', '7'], ['9'], []]);
		expect(api.requests.map(({ path, query }) => ({ path, query }))).toEqual([
			{
				path: '/api/1.0/projects',
				query: {
					workspace: '77',
					archived: 'false',
					opt_fields: 'name,archived,completed,completed_at,created_at,start_on,due_on',
					limit: '100',
				},
			},
			expect.objectContaining({
				query: expect.objectContaining({ offset: 'page-1', limit: '100' }) as unknown,
			}),
		]);
	});

	it('come in the order of their ids, which are longer than numbers may be, each once', async () => {
		const ids = ['1200000000000000010', '99', '1200000000000000009', '1200000000000000010'];
		const list = chained([ids]);
		const pages = await pagesOf(new Peer(({ query }) => list(query?.offset)), { concurrent: 10 });
		expect(idsOf(pages)).toEqual([['99', '1200000000000000009', '1200000000000000010'], []]);
	});

	it('are gone on with after the last one read, and begun anew once all were', async () => {
		const list = chained([['1', '2', '3', '4', '5']]);
		const api = new Peer(({ query }) => list(query?.offset));
		const first = await pagesOf(api);
		expect(idsOf(first)).toEqual([['1', '2'], ['3', '4'], ['5'], []]);
		expect(idsOf(await pagesOf(api, {}, first[1]!.cursor))).toEqual([['5'], []]);
		expect(idsOf(await pagesOf(api, {}, first[2]!.cursor))).toEqual([[]]);
		expect(idsOf(await pagesOf(api, {}, first[3]!.cursor))).toEqual(idsOf(first));
		expect(JSON.stringify(first[0]!.cursor).length).toBeLessThan(300);
	});

	it('are begun anew when the token of a page expires', async () => {
		const list = chained([['1'], ['2'], ['3']]);
		let expired = 0;
		const api = new Peer(({ query }) => {
			return query?.offset === 'page-2' && expired++ < 2 ? EXPIRED : list(query?.offset);
		});
		expect(idsOf(await pagesOf(api)).flat()).toEqual(['1', '2', '3']);
		expect(api.requests.map(({ query }) => query?.offset)).toEqual([
			...[undefined, 'page-1', 'page-2'],
			...[undefined, 'page-1', 'page-2'],
			...[undefined, 'page-1', 'page-2'],
		]);
	});

	it('are given up when it expires every time, and when the pages never end', async () => {
		const list = chained([['1'], ['2']]);
		const always = new Peer(({ query }) => (query?.offset ? EXPIRED : list(undefined)));
		await expect(pagesOf(always)).rejects.toMatchObject({ failureClass: 'provider_unavailable' });
		const circle = new Peer(() => ({ data: [{ gid: '1' }], next_page: { offset: 'again' } }));
		await expect(pagesOf(circle)).rejects.toMatchObject({ failureClass: 'provider_unavailable' });
		expect(circle.requests).toHaveLength(2);
		let page = 0;
		const endless = new Peer(() => ({ data: [], next_page: { offset: `page ${page++}` } }));
		await expect(pagesOf(endless)).rejects.toMatchObject({ failureClass: 'provider_unavailable' });
		expect(endless.requests).toHaveLength(1_001);
	});

	it.each([
		['no list', { data: null }],
		['an error in a good reply', { errors: [{ message: 'Server Error' }] }],
		['entries that are none', { data: [null, null, null] }],
		['ids that are numbers', { data: [{ gid: 12 }, { gid: 13 }, { gid: 14 }] }],
		['a next page without offset', { data: [], next_page: { uri: 'https://app.asana.com' } }],
	])('are not taken from %s', async (_name, answer) => {
		await expect(pagesOf(new Peer(() => answer))).rejects.toMatchObject({
			failureClass: 'provider_unavailable',
		});
	});

	it.each([
		[402, '', 'not_permitted'],
		[403, '', 'not_permitted'],
		[404, '', 'bad_request'],
		[400, '{"errors":[{"message":"The result is too large."}]}', 'bad_request'],
		[412, '{"sync":"x"}', 'bad_request'],
		[401, '', 'reconnect_required'],
		[401, '{"errors":[{"message":"insufficient scope"}]}', 'needs_consent'],
		[429, '', 'rate_limited'],
		[500, '', 'provider_unavailable'],
		[504, '', 'provider_unavailable'],
	])('refused with %i %s are a failure: %s', async (status, body, failureClass) => {
		await expect(pagesOf(new Peer(() => ({ status, body })))).rejects.toMatchObject({ failureClass });
	});
});

describe('the days to compute', () => {
	const api = new Peer(() => ({ data: [{ gid: '1' }] }));

	it('are the usual ones at first, and go back to the day of the last full reading', async () => {
		const first = await pagesOf(api);
		expect(daysIn(first)).toBeUndefined();
		// 20:00 in UTC is the next day in Sydney.
		expect(daysIn(await pagesOf(api, {}, first.at(-1)!.cursor))).toEqual({ from: '2026-07-01' });
	});

	it('stay the same while a reading goes on over several runs', async () => {
		const done = (await pagesOf(api)).at(-1)!.cursor;
		const later = { startedAt: new Date('2026-09-10T00:00:00.000Z') };
		const list = chained([['1', '2', '3']]);
		const many = new Peer(({ query }) => list(query?.offset));
		const second = await pagesOf(many, later, done);
		expect(daysIn(second)).toEqual({ from: '2026-07-01' });
		const third = await pagesOf(many, { startedAt: new Date('2026-09-12T00:00:00.000Z') }, second[0]!.cursor);
		expect(daysIn(third)).toEqual({ from: '2026-07-01' });
		expect(third.at(-1)!.cursor).toMatchObject({ after: null, began: '2026-09-10T00:00:00.000Z' });
	});

	it('go back to the history start once, and again where it is set earlier', async () => {
		const history = (day: string): Partial<StreamContext> => ({ historyStart: day });
		const first = await pagesOf(api, history('2026-01-01'));
		expect(daysIn(first)).toEqual({ from: '2026-01-01' });
		const second = await pagesOf(api, history('2026-01-01'), first.at(-1)!.cursor);
		expect(daysIn(second)).toEqual({ from: '2026-07-01' });
		expect(daysIn(await pagesOf(api, history('2025-07-01'), second.at(-1)!.cursor))).toEqual({
			from: '2025-07-01',
		});
		expect(daysIn(await pagesOf(api, {}, second.at(-1)!.cursor))).toEqual({ from: '2026-07-01' });
	});

	it('are those of the range in a backfill', async () => {
		const range = { from: '2026-02-01', to: '2026-02-28' };
		expect(daysIn(await pagesOf(api, { range }))).toEqual(range);
	});
});

describe('a project’s record', () => {
	const compose = async (answer: (request: ApiRequest) => Answer, days?: object): Promise<HydratedRecord> => {
		const api = new Peer(answer);
		const item = { project: { gid: '1', name: 'Relaunch', completed: false }, days };
		const [one] = await projectsStream.hydrate(contextOf(api), [{ id: '1', version: null, item }], undefined);
		expect(api.requests[0]).toMatchObject({
			path: '/api/1.0/tasks',
			query: {
				project: '1',
				limit: '100',
				opt_fields:
					'resource_subtype,completed,completed_at,created_at,due_on,due_at,parent,is_rendered_as_separator',
			},
		});
		return one!;
	};

	it('is the project with all its tasks, each once in its last copy', async () => {
		const pages: Record<string, object> = {
			'': { data: [{ gid: '10', completed: false }, { gid: '11' }], next_page: { offset: 'b' } },
			b: { data: [{ gid: '12' }, { gid: '10', completed: true }], next_page: null },
		};
		const record = { gid: '1', name: 'Relaunch', completed: false };
		const tasks = [{ gid: '10', completed: true }, { gid: '11' }, { gid: '12' }];
		const answer = ({ query }: ApiRequest): object => pages[query?.offset ?? '']!;
		expect(await compose(answer)).toEqual({ recordId: '1', record: { ...record, tasks } });
		const days = { from: '2026-01-01' };
		expect(await compose(answer, days)).toEqual({ recordId: '1', record: { ...record, tasks, days } });
	});

	it('begins anew when the token of a page expires', async () => {
		let expired = 0;
		const answer = ({ query }: ApiRequest): Answer => {
			if (query?.offset === undefined) return { data: [{ gid: '10' }], next_page: { offset: 'b' } };
			return expired++ === 0 ? EXPIRED : { data: [{ gid: '11' }] };
		};
		expect(await compose(answer)).toMatchObject({ record: { tasks: [{ gid: '10' }, { gid: '11' }] } });
	});

	it.each([404, 410])('is skipped where its tasks answer %i', async (status) => {
		const body = '{"errors":[{"message":"Not found"}]}';
		expect(await compose(() => ({ status, body }))).toEqual({
			recordId: '1',
			skipped: expect.stringMatching(/deleted/) as unknown,
		});
	});

	it('may be the only one that is forbidden', async () => {
		const body = '{"errors":[{"message":"Forbidden"}]}';
		const failure = await compose(() => ({ status: 403, body })).catch((error: unknown) => error);
		expect(failure).toMatchObject({ failureClass: 'not_permitted', mayBeOfOneRecord: true });
	});

	it('is a failure where the right to all tasks is missing, or there is no answer', async () => {
		const scope = '{"errors":[{"message":"This token lacks the scope tasks:read"}]}';
		await expect(compose(() => ({ status: 403, body: scope }))).rejects.toMatchObject({
			failureClass: 'needs_consent',
		});
		await expect(compose(() => ({ status: 500, body: '' }))).rejects.toMatchObject({
			failureClass: 'provider_unavailable',
		});
	});
});

describe('the workspaces of a token', () => {
	const discovery = (api: ProviderApi, timezone = 'Australia/Perth'): DiscoveryContext => ({
		api,
		accessToken: async () => await Promise.resolve(undefined),
		application: { clientId: '', clientSecret: '' },
		metadata: {},
		timezone,
	});

	it('are its accounts', async () => {
		const api = new Peer(() => ({
			data: [
				{ gid: '7', name: 'Harbour' },
				{ gid: '8', name: '' },
			],
			next_page: null,
		}));
		expect(await asanaAccounts.list(discovery(api))).toEqual({
			accounts: [
				{ id: '7', name: 'Harbour' },
				{ id: '8', name: null },
			],
			warnings: [],
		});
		expect(api.requests[0]).toMatchObject({ path: '/api/1.0/workspaces', query: { limit: '100' } });
	});

	it('have the time zone of the connection or the workflow, and UTC with a warning where it is none', async () => {
		const api = new Peer(() => ({}));
		const reference = { id: '7', name: 'Harbour', timezone: null, currency: null };
		expect(await asanaAccounts.describe(discovery(api), reference)).toEqual({
			account: { id: '7', name: null, timezone: 'Australia/Perth', currency: 'AUD' },
			warnings: [],
		});
		const wrong = await asanaAccounts.describe(discovery(api, 'Sydney, mostly'), reference);
		expect(wrong.account.timezone).toBeNull();
		expect(wrong.warnings).toEqual([expect.stringContaining('Sydney, mostly')]);
	});
});
