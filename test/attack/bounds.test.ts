import { afterAll, beforeAll, describe, it } from 'vitest';

import { download } from '../../nodes/Database/exchange-rate/download';
import { outcomesOf } from '../../nodes/Integrations/sync/outcome';
import { retryAt } from '../../nodes/Integrations/sync/retry';
import { apiOf } from '../../nodes/engine/api';
import type { ProviderApi, ProviderDefinition } from '../../nodes/engine/definition';
import type { ReadFailure } from '../../nodes/engine/failure';
import type { HttpClient, HttpReply } from '../../nodes/engine/http';
import { exchangeRefreshToken } from '../../nodes/engine/oauth';
import { Throttles } from '../../nodes/engine/throttle';
import { providers } from '../../nodes/providers/registry';
import { expectRepelled, type Attack } from '../support/attacks';
import { bookedRuns } from '../support/books';
import { KillableSync } from '../support/killable';
import { manualClock, type ManualClock } from '../support/manual-clock';
import { syncStage, type SyncStage } from '../support/sync-stage';

const MOST_MB_ABOVE_IDLE = 100;

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
		for (const [name, path] of PLACES) {
			stage.sandbox.xero.faults.add({ kind: 'bomb', path, count: 'always' });
			if (path === '/connect/token') stage.sandbox.xero.expireAccessTokens();
			const before = stage.sandbox.xero.requests.length;
			const memory = sync.watchMemory();
			await runOnce();
			const rose = memory.stop();
			stage.sandbox.xero.faults.clear();
			const calls = stage.sandbox.xero.requests
				.slice(before)
				.filter((request) => request.path.includes(path));
			const run = (await bookedRuns(stage.database.admin)).at(-1);
			const { class: failureClass, message } = (run?.error ?? {}) as { class?: string; message?: string };
			const isNamed = failureClass === 'provider_unavailable' && /too much/.test(message ?? '');
			const gained = {
				...(rose > MOST_MB_ABOVE_IDLE && { rose }),
				...(!isNamed && { failureClass, message }),
				// Two organisations, of which four calls each run at once.
				...(calls.length > 8 && { calls: calls.length }),
			};
			attacks.push({ name, ...(Object.keys(gained).length > 0 && { gained }) });
		}
		expectRepelled('replies that unpack to 300 MB', attacks);
	});
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
			const [outcome] = outcomesOf([failure]);
			const at = retryAt(outcome!, 0, clock.now());
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
	...{ path: '/x', what: 'the things', account: { id: 'account-1', name: 'Account' } },
	accept: () => true,
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

function apiAt(definition: ProviderDefinition, clock: ManualClock, http: HttpClient): ProviderApi {
	const token = async () => await Promise.resolve('made-up-token');
	return apiOf({
		...{ definition, clock, http, dayShare: 1, timeoutMs: 1_000, baseUrl: 'https://api.example' },
		application: { clientId: 'made-up-client', clientSecret: 'made-up-secret' },
		authorisation: { by: 'engine', tokens: { current: token, refresh: token } },
		throttles: new Throttles(clock),
		log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
		keepLease: async () => await Promise.resolve(),
	});
}
