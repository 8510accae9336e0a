import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { download } from '../../nodes/Database/exchange-rate/download';
import { summarizeRuns } from '../../nodes/Integrations/sync/outcome';
import { chooseRetryTime } from '../../nodes/Integrations/sync/retry';
import type { ApiContext } from '../../nodes/engine/http/api-context';
import { createApi } from '../../nodes/engine/http/client';
import { Budget } from '../../nodes/engine/limits/budget';
import type { ProviderDefinition } from '../../nodes/engine/contract/provider';
import type { StreamContext } from '../../nodes/engine/contract/stream';
import type { ApiRequest, ProviderApi } from '../../nodes/engine/contract/api';
import { ReadFailure } from '../../nodes/engine/contract/failure';
import type { HttpClient, HttpReply } from '../../nodes/engine/contract/http';
import { exchangeRefreshToken } from '../../nodes/engine/http/oauth';
import { RateLimiters } from '../../nodes/engine/limits/rate-limiter';
import { readList as readAsanaList } from '../../nodes/providers/asana/lists';
import { deletedScan } from '../../nodes/providers/hubspot/archive-scans';
import { listScan } from '../../nodes/providers/hubspot/list-scan';
import { searchScan } from '../../nodes/providers/hubspot/search-scan';
import { readList as readMyobList } from '../../nodes/providers/myob/lists';
import { addedDeals } from '../../nodes/providers/pipedrive/added-deals';
import { changedDeals } from '../../nodes/providers/pipedrive/changed-deals';
import { goneDeals } from '../../nodes/providers/pipedrive/gone-deals';
import { DEALS } from '../../nodes/providers/pipedrive/lists';
import { readOrganizations } from '../../nodes/providers/pipedrive/organizations';
import { readStages } from '../../nodes/providers/pipedrive/pipelines';
import { restoredDeals } from '../../nodes/providers/pipedrive/restored-deals';
import { getProvider, providers } from '../../nodes/providers/registry';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { readProcessCpuMs } from '../support/engine/cpu-time';
import { bookedRuns } from '../support/database/stored';
import { KillableSync } from '../support/engine/killable';
import { manualClock, type ManualClock } from '../support/engine/manual-clock';
import { hostileTexts, ownPatterns } from '../support/expect/patterns';
import { syncStage, type SyncStage } from '../support/n8n/sync-stage';

const MAX_MB_ABOVE_IDLE = 100;

describe('replies that unpack to a thousand times their size', () => {
	let stage: SyncStage;
	let sync: KillableSync;

	beforeAll(async () => {
		sync = KillableSync.start(['--expose-gc']);
		stage = await syncStage('bounds');
		await stage.scenario.connect('Harbour Group', 'harbour');
		await runOnce();
	});

	afterAll(async () => {
		await sync.kill();
		await stage.close();
	});

	async function runOnce(): Promise<void> {
		await sync.begin({ credentials: stage.scenario.credentials });
		await sync.hear('done');
	}

	const PLACES: Array<[name: string, path: string]> = [
		['the list of accounts', '/connections'],
		['the reports, several at once', '/Reports/'],
		['the token endpoint', '/connect/token'],
	];

	it('end as a named failure in bounded memory, and are asked for once', async () => {
		const attacks: Attack[] = [];
		for (const [name, path] of PLACES) attacks.push(await sendBombs(name, path));
		expectRepelled('replies that unpack to 300 MB', attacks);
	});

	/** What V8 has not collected yet counts too, and when it collects is its own choice: the best of three is ours. */
	async function sendBombs(name: string, path: string, tries = 3): Promise<Attack> {
		stage.sandbox.xero.faults.add({ kind: 'bomb', path, count: 'always' });
		if (path === '/connect/token') stage.sandbox.xero.expireAccessTokens();
		const before = stage.sandbox.xero.requests.length;
		const memory = sync.watchMemory();
		await runOnce();
		const rose = memory.stop();
		stage.sandbox.xero.faults.clear();
		if (rose > MAX_MB_ABOVE_IDLE && tries > 1) return await sendBombs(name, path, tries - 1);
		const calls = stage.sandbox.xero.requests.slice(before).filter((request) => request.path.includes(path));
		const run = (await bookedRuns(stage.database.admin)).at(-1);
		const { class: failureClass, message } = (run?.error ?? {}) as { class?: string; message?: string };
		const isNamed = failureClass === 'provider_unavailable' && /too large/.test(message ?? '');
		const gained = {
			...(rose > MAX_MB_ABOVE_IDLE && { rose }),
			...(!isNamed && { failureClass, message }),
			// Of two organisations: it is an outage once three months failed, and four calls run at once.
			...(calls.length > 16 && { calls: calls.length }),
			...(path === '/Reports/' && new Set(calls.map(keyOf)).size < calls.length && { askedAgain: true }),
		};
		return { name, ...(Object.keys(gained).length > 0 && { gained }) };
	}

	const keyOf = ({ accountId, path, query }: { accountId: string | null; path: string; query: object }) =>
		JSON.stringify([accountId, path, query]);
});

const CENTURY: string[] = [
	...['1795791596', '99999999999', '99999999999999999999', '9'.repeat(400), '1e20', '-1', 'NaN', 'Infinity'],
	...[
		'Mon, 01 Jan 9999 00:00:00 GMT',
		'Mon, 99 Foo',
		'275760-09-13T00:00:00Z',
		`Mon, ${'1'.repeat(100_000)}`,
	],
];

const DAY_MS = 24 * 3_600_000;

/** Every header that any provider's replies can say a wait or a remainder in. */
const headersOf = ({ waitHeaders = [], limits, rules }: ProviderDefinition): string[] => [
	...['retry-after', 'x-ratelimit-reset', ...waitHeaders],
	...limits.windows.flatMap(({ remainingHeader }) => remainingHeader ?? []),
	...(limits.day?.remainingHeader ? [limits.day.remainingHeader] : []),
	...rules.flatMap((rule) => rule.waitHeaders ?? []),
];

describe('waits of a century', () => {
	/** What a wait gained that nobody should believe: a date that is none, or one beyond a day. */
	const absurd = (failure: unknown, now: Date): unknown => {
		const { retryAt, failureClass } = failure as ReadFailure;
		if (failureClass !== 'rate_limited') return String(failure);
		const wait = (retryAt?.getTime() ?? 0) - now.getTime();
		return wait <= DAY_MS ? undefined : { wait };
	};

	it.each(Object.entries(providers))(
		'%s: neither a run nor the process rests longer than a day',
		async (key, definition) => {
			const attacks: Attack[] = [];
			for (const header of new Set(headersOf(definition))) {
				for (const value of CENTURY) {
					const clock = manualClock();
					const started = clock.now();
					let reply: HttpReply = { status: 429, headers: { [header]: value }, body: '' };
					const api = apiAt(definition, clock, async () => await Promise.resolve(reply));
					const refused: unknown = await api.call(ACCOUNT_CALL).catch((error: unknown) => error);
					const gained = absurd(refused, started);
					clock.advance(DAY_MS);
					reply = { status: 200, headers: {}, body: '{}' };
					const later = await api.call(ACCOUNT_CALL).catch((error: unknown) => error);
					const rests = later instanceof Error ? { rests: later.message } : undefined;
					attacks.push({ name: `${key} ${header} ${value.slice(0, 30)}`, gained: gained ?? rests });
				}
			}
			expectRepelled('waits of a century', attacks);
		},
	);

	it('the token endpoint and the message of a failure', async () => {
		const clock = manualClock();
		const attacks: Attack[] = [];
		for (const value of CENTURY) {
			const http = async () =>
				await Promise.resolve({ status: 429, headers: { 'retry-after': value }, body: '' });
			const client = { ...OAUTH_CLIENT, http, clock };
			const refused: unknown = await exchangeRefreshToken(client, 'made-up-refresh').catch(
				(error: unknown) => error,
			);
			attacks.push({ name: `token endpoint ${value.slice(0, 30)}`, gained: absurd(refused, clock.now()) });
			const detail = { class: 'rate_limited' as const, message: 'Wait.', retryAt: value };
			const failure = { type: 'FAILURE' as const, ...ENVELOPE, failure: detail };
			const [outcome] = summarizeRuns([failure]);
			const at = chooseRetryTime(outcome!, 0, clock.now());
			const wait = (at?.getTime() ?? NaN) - clock.now().getTime();
			attacks.push({ name: `message ${value.slice(0, 30)}`, ...(!(wait <= DAY_MS) && { gained: { wait } }) });
		}
		expectRepelled('waits of a century', attacks);
	});

	it('a bank’s file', async () => {
		const attacks: Attack[] = [];
		for (const value of CENTURY) {
			const clock = manualClock();
			const replies: HttpReply[] = [
				{ status: 429, headers: { 'retry-after': value }, body: '' },
				{ status: 200, headers: {}, body: 'x' },
			];
			const http = async () => await Promise.resolve(replies.shift()!);
			const file = await download({ http, clock }, { name: 'The bank' }, 'https://bank.example/').catch(
				String,
			);
			attacks.push({ name: `bank ${value.slice(0, 30)}`, ...(file !== 'x' && { gained: file }) });
		}
		expectRepelled('waits of a century', attacks);
	});
});

const ACCOUNT_CALL = {
	...{ path: '/x', description: 'the things', account: { id: 'account-1', name: 'Account' } },
	isValid: () => true,
};

const ENVELOPE = {
	...{ tenantId: 't1', integrationId: 'i1', syncRunId: 'r1', provider: 'xero' },
	...{ stream: 'monthlyFinancials', accountId: 'a1' },
};

const OAUTH_CLIENT = {
	...{
		provider: 'Xero',
		accessTokenUrl: 'https://identity.example/token',
		clientAuthentication: 'header' as const,
	},
	...{ clientId: 'made-up-client', clientSecret: 'made-up-secret' },
};

function apiAt(
	definition: ProviderDefinition,
	clock: ManualClock,
	http: HttpClient,
	more: Partial<ApiContext> = {},
): ProviderApi {
	const token = async () => await Promise.resolve('made-up-token');
	return createApi({
		...{ definition, clock, http, dayShare: 1, timeoutMs: 1_000, baseUrl: 'https://api.example' },
		application: { clientId: 'made-up-client', clientSecret: 'made-up-secret' },
		authorisation: { by: 'engine', tokens: { current: token, refresh: token, secrets: () => [] } },
		rateLimiters: new RateLimiters(clock),
		log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
		keepLease: async () => await Promise.resolve(),
		...more,
	});
}

describe('lists that never end', () => {
	const TURNS = ['b', 'c', 'd', 'b'];
	const deal = {
		id: '1',
		properties: { hs_lastmodifieddate: '2026-06-30T00:00:00Z' },
		updatedAt: '2026-06-30T00:00:00Z',
	};

	/** A page of each provider's making that leads on to a place. */
	const PAGES: Record<string, (place: string) => unknown> = {
		asana: (place) => ({ data: [{ gid: '1' }], next_page: { offset: place } }),
		hubspot: (place) => ({ results: [deal], paging: { next: { after: place } } }),
		myob: (place) => ({ Items: [{ UID: '1' }], NextPageLink: `https://api.myob.com/list?$skip=${place}` }),
		pipedrive: (place) => ({ success: true, data: [{ id: 1 }], additional_data: { next_cursor: place } }),
	};

	const LISTS: Array<[provider: string, name: string, read: (context: StreamContext) => Promise<unknown>]> = [
		[
			'asana',
			'a list',
			async ({ api }) => await readAsanaList(api, { path: '/x', description: 'things', query: {} }),
		],
		['hubspot', 'all deals', async (context) => await walk(listScan.pages(context, undefined, {}))],
		['hubspot', 'deleted deals', async (context) => await walk(deletedScan.pages(context, undefined, DONE))],
		['hubspot', 'changed deals', async (context) => await walk(searchScan.pages(context, undefined, DONE))],
		['myob', 'a list', async (context) => await readMyobList(context, { path: '/x', what: 'things' })],
		[
			'pipedrive',
			'organizations',
			async (context) => await readOrganizations(context, [{ id: 1, org_id: 5 }]),
		],
		['pipedrive', 'stages', async (context) => await readStages(context)],
		[
			'pipedrive',
			'changed deals',
			async (context) => await walk(changedDeals('x', DEALS).pages(context, undefined, {})),
		],
		[
			'pipedrive',
			'added deals',
			async (context) => await walk(addedDeals('x', DEALS).pages(context, undefined, {})),
		],
		['pipedrive', 'gone deals', async (context) => await walk(goneDeals.pages(context, undefined, {}))],
		[
			'pipedrive',
			'restored deals',
			async (context) => await walk(restoredDeals.pages(context, undefined, {})),
		],
	];

	it('end as a failure where a place comes again, however late', async () => {
		const attacks: Attack[] = [];
		for (const [provider, name, read] of LISTS) {
			const calls = new Map<string, number>();
			const call = async ({ path }: ApiRequest) => {
				const before = calls.get(path) ?? 0;
				calls.set(path, before + 1);
				return await Promise.resolve(PAGES[provider]!(TURNS[before % TURNS.length]!));
			};
			const error: unknown = await read(streamContext(call)).catch((reason: unknown) => reason);
			const isNamed = error instanceof ReadFailure && error.failureClass === 'provider_unavailable';
			const most = Math.max(...calls.values());
			const gained = isNamed && most <= TURNS.length ? undefined : { calls: most, error: String(error) };
			attacks.push({ name: `${provider}: ${name}`, gained });
		}
		expectRepelled('lists that never end', attacks);
	});

	it('end some minutes after Max Minutes where every place is a new one', async () => {
		const attacks: Attack[] = [];
		for (const [provider, name, read] of LISTS) {
			const clock = manualClock();
			const started = clock.now().getTime();
			let calls = 0;
			const http = async () => {
				clock.advance(2_000);
				return await Promise.resolve({
					status: 200,
					headers: {},
					body: JSON.stringify(PAGES[provider]!(`p${++calls}`)),
				});
			};
			const budget = new Budget({ maxRecords: 5_000, maxMinutes: 10 }, clock);
			const api = apiAt(getProvider(provider), clock, http, {
				budget,
				baseUrl: BASES[provider] ?? 'https://api.example',
			});
			const error: unknown = await read({ ...streamContext(), api }).catch((reason: unknown) => reason);
			const minutes = (clock.now().getTime() - started) / 60_000;
			const isNamed = error instanceof ReadFailure && error.message.includes('Max Minutes');
			// A search goes on by what it found, and the same page again is a circle.
			const isCircle = error instanceof ReadFailure && error.message.includes('it repeats a page');
			const gained =
				(isNamed || isCircle) && minutes < 25 ? undefined : { minutes, calls, error: String(error) };
			attacks.push({ name: `${provider}: ${name}, ever new places`, gained });
		}
		expectRepelled('lists that never end', attacks);
	});

	async function walk(pages: AsyncGenerator<unknown>): Promise<void> {
		for await (const page of pages) void page;
	}

	const DONE = { all: { after: null, firstAt: 0, doneAt: 1 } };
	const BASES: Record<string, string> = { myob: 'https://api.myob.com' };

	function streamContext(
		call: ProviderApi['call'] = async () => await Promise.resolve(undefined),
	): StreamContext {
		const list = async () => await Promise.resolve(['7']);
		return {
			api: { call, resolveLink: (link: string) => ({ path: '/x', query: { link } }) },
			account: { id: '1', name: 'Account', timezone: 'Etc/UTC', currency: 'AUD' },
			metadata: {},
			startedAt: new Date('2026-11-23T02:00:00Z'),
			concurrent: 1,
			store: { deletedLeads: list, liveLeads: list, knownStages: async () => await Promise.resolve([]) },
			warn: () => undefined,
		} as unknown as StreamContext;
	}
});

describe('text of a megabyte', () => {
	const LENGTH = 4_000;
	const MEASURABLE_MS = 2;

	/** The least of some tries, in milliseconds of computing: other work of this process only adds to it. */
	const least = (pattern: RegExp, text: string, tries: number): number =>
		Math.min(
			...Array.from({ length: tries }, () => {
				pattern.lastIndex = 0;
				const started = readProcessCpuMs();
				pattern.test(text);
				return readProcessCpuMs() - started;
			}),
		);

	it('every pattern of ours takes at most about twice the work for twice the text', () => {
		const patterns = ownPatterns();
		const attacks = patterns.map(({ place, pattern }): Attack => {
			const worst = hostileTexts(pattern).map((make) => {
				if (least(pattern, make(2 * LENGTH), 1) < MEASURABLE_MS) return 1;
				const twice = least(pattern, make(2 * LENGTH), 7);
				return twice < MEASURABLE_MS / 4 ? 1 : twice / least(pattern, make(LENGTH), 7);
			});
			const growth = Math.max(...worst);
			return { name: place, ...(growth > 2.5 && { gained: { growth } }) };
		});
		expectRepelled('text against every pattern', attacks);
	});

	it('finds a pattern that is quadratic', () => {
		const quadratic = /daily[^]*RateLimitError/;
		const growth = hostileTexts(quadratic).map(
			(make) => least(quadratic, make(8 * LENGTH), 3) / least(quadratic, make(LENGTH), 3),
		);
		expect(Math.max(...growth)).toBeGreaterThan(20);
	});
});
