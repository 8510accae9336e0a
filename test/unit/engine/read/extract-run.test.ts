import { describe, expect, it } from '@jest/globals';

import { Budget } from '../../../../nodes/engine/limits/budget';
import type { EnteredAccount } from '../../../../db/integrations/accounts';
import type { ProviderDefinition } from '../../../../nodes/engine/contract/provider';
import type { ApiRequest } from '../../../../nodes/engine/contract/api';
import { extractRun } from '../../../../nodes/engine/read/extract-run';
import type { ExtractContext, RunStore, RunToExtract } from '../../../../nodes/engine/read/run';
import { ReadFailure } from '../../../../nodes/engine/contract/failure';
import type { HttpReply, HttpRequest } from '../../../../nodes/engine/contract/http';
import { RateLimiters } from '../../../../nodes/engine/limits/rate-limiter';
import { xero } from '../../../../nodes/providers/xero';
import type { FailureMessage, Message, StateMessage } from '../../../../nodes/shared/messages';
import { manualClock } from '../../../support/engine/manual-clock';

const run = {
	tenantId: 'tenant-1',
	integrationId: 'integration-1',
	syncRunId: 'run-1',
	provider: 'xero',
	metadata: {},
};
const envelope = {
	tenantId: 'tenant-1',
	integrationId: 'integration-1',
	syncRunId: 'run-1',
	provider: 'xero',
};

interface Scene {
	organisations?: string[];
	/** What the connection has; all that is listed unless told. */
	own?: EnteredAccount[];
	metadata?: Record<string, unknown>;
	conflicts?: string[];
	states?: Map<string, Record<string, unknown>>;
	/** A reply or an error in the place of the good one. */
	instead?: (request: ApiRequest) => ReadFailure | Error | undefined;
	definition?: Partial<ProviderDefinition>;
	more?: Partial<ExtractContext>;
	run?: RunToExtract;
}

/** The provider's accounts and months come from here; only the orchestration of a run is tried. */
function definitionOf({ organisations = ['a', 'b'], instead, definition }: Scene): ProviderDefinition {
	const check = (request: ApiRequest): void => {
		const trouble = instead?.(request);
		if (trouble) throw trouble;
	};
	return {
		...xero.definition,
		accounts: {
			id: { pattern: /^[a-z]$/, example: 'a' },
			list: async () => {
				check({ path: '/connections', description: '', isValid: () => true });
				const accounts = organisations.map((id) => ({ id, name: `Org ${id}` }));
				return await Promise.resolve({ accounts, consent: organisations, warnings: [] });
			},
			describe: async (_, account) => {
				check({ path: '/Organisation', account, description: '', isValid: () => true });
				const { id, name } = account;
				const described = { id, name, timezone: 'Australia/Sydney', currency: 'AUD' };
				return await Promise.resolve({ account: described, warnings: [] });
			},
		},
		...definition,
	};
}

const own = (id: string, more: Partial<EnteredAccount> = {}): EnteredAccount => ({
	...{ id, name: `Org ${id}`, timezone: null, currency: null, enabled: true, released: false },
	...more,
});

function booksOf(scene: Scene): RunStore {
	const { conflicts = [], metadata = {}, states = new Map() } = scene;
	const accounts = scene.own ?? (scene.organisations ?? ['a', 'b']).map((id) => own(id));
	return {
		accountChoice: async () => await Promise.resolve({ metadata, accounts }),
		enterAccounts: async (added) =>
			await Promise.resolve(added.map(({ id }) => id).filter((id) => conflicts.includes(id))),
		readStates: async () =>
			await Promise.resolve(
				new Map(
					[...states].map(([place, state]) => [place, { state, updatedAt: '2026-11-20T00:00:00.000Z' }]),
				),
			),
		saveAccount: async () => await Promise.resolve(true),
		of: () => ({
			deletedLeads: async () => await Promise.resolve([]),
			liveLeads: async () => await Promise.resolve([]),
			unreadableRecords: async () => await Promise.resolve([]),
			knownStages: async () => await Promise.resolve([]),
		}),
	};
}

async function messagesOf(scene: Scene): Promise<Message[]> {
	const clock = manualClock('2026-11-23T02:00:00Z');
	const http = async ({ url, headers }: HttpRequest): Promise<HttpReply> => {
		const { pathname: path } = new URL(url);
		const id = headers['xero-tenant-id'] ?? '';
		const trouble = scene.instead?.({
			path,
			account: { id, name: id },
			description: '',
			isValid: () => true,
		});
		if (trouble) throw trouble;
		return await Promise.resolve({ status: 200, headers: {}, body: '{"Reports":[{"Rows":[]}]}' });
	};
	const context: ExtractContext = {
		definition: definitionOf(scene),
		application: { clientId: 'made-up-client', clientSecret: 'made-up-secret' },
		extractMode: { mode: 'sync' },
		timezone: 'Australia/Sydney',
		budget: new Budget({ maxRecords: 5_000, maxMinutes: 10 }, clock),
		baseUrl: 'https://api.xero.com',
		http,
		authorisation: { by: 'client' },
		rateLimiters: new RateLimiters(clock),
		dayShare: 1,
		timeoutMs: 1_000,
		clock,
		log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
		keepLease: async () => await Promise.resolve(),
		historyStart: '2026-10',
		store: booksOf(scene),
		...scene.more,
	};
	const messages: Message[] = [];
	for await (const message of extractRun(scene.run ?? run, context)) messages.push(message);
	return messages;
}

const brief = (messages: Message[]): string[] =>
	messages.map((message) => {
		const where = `${message.type} ${message.accountId}/${message.stream}`;
		if (message.type === 'STATE') return `${where} ${message.counts.extracted}`;
		return message.type === 'FAILURE' ? `${where} ${message.failure.class}` : where;
	});

const gone = new ReadFailure('account_gone', 'It is gone. Connect it again.');
const stream = 'monthlyFinancials';

describe('the messages of a run', () => {
	it('are each account’s records and then its state', async () => {
		const messages = await messagesOf({});
		expect(brief(messages)).toEqual([
			`RECORD a/${stream}`,
			`RECORD a/${stream}`,
			`STATE a/${stream} 2`,
			`RECORD b/${stream}`,
			`RECORD b/${stream}`,
			`STATE b/${stream} 2`,
		]);
		expect(messages[0]).toMatchObject({
			...envelope,
			recordId: '2026-10',
			account: { id: 'a', name: 'Org a', timezone: 'Australia/Sydney', currency: 'AUD' },
			record: { month: '2026-10', basis: 'accrual' },
		});
	});

	it('take up the state of the last reading', async () => {
		const state = {
			fullReadAt: '2026-11-23T00:00:00.000Z',
			readFrom: '2026-10',
			readThrough: '2026-11',
			variant: 'accrual',
		};
		const states = new Map([[`a/${stream}`, state]]);
		const messages = await messagesOf({
			organisations: ['a'],
			states,
			more: { historyStart: '2026-11' },
		});
		expect(brief(messages)).toEqual([`RECORD a/${stream}`, `STATE a/${stream} 1`]);
	});

	it.each([
		['as many as there are', undefined, 4],
		['as many as it says for one account', 2, 2],
	])('come of calls side by side: %s', async (_name, perAccount, most) => {
		const running = { now: 0, most: 0 };
		const http = async (): Promise<HttpReply> => {
			running.most = Math.max(running.most, ++running.now);
			await new Promise((resolve) => setTimeout(resolve, 5));
			running.now--;
			return { status: 200, headers: {}, body: '{"Reports":[{"Rows":[]}]}' };
		};
		const definition = { limits: { ...xero.definition.limits, perAccount } };
		await messagesOf({ organisations: ['a'], definition, more: { http, historyStart: '2026-01' } });
		expect(running.most).toBe(most);
	});

	it('say about a disabled account only that it was not read', async () => {
		const states = new Map([
			[`a/${stream}`, { kept: true }],
			[`b/${stream}`, { kept: true }],
		]);
		const messages = await messagesOf({ own: [own('a', { enabled: false }), own('b')], states });
		expect(brief(messages)).toEqual([
			`STATE a/${stream} 0`,
			`RECORD b/${stream}`,
			`RECORD b/${stream}`,
			`STATE b/${stream} 2`,
		]);
		expect(messages[0]).toMatchObject({
			state: null,
			hasMore: false,
			switchedOff: true,
			warnings: [expect.stringContaining('Org a is switched off')],
		});
		expect(messages[3]).not.toHaveProperty('warnings');
	});

	it('say about a disabled stream only that it was not read', async () => {
		const messages = await messagesOf({
			organisations: ['a'],
			run: { ...run, metadata: { disabledStreams: [stream] } },
		});
		expect(brief(messages)).toEqual([`STATE a/${stream} 0`]);
		expect(messages[0]).toMatchObject({
			state: null,
			switchedOff: true,
			warnings: [expect.stringContaining(`${stream} of Org a is switched off`)],
		});
	});

	const GRANTED = ['offline_access', 'accounting.settings.read'];
	const BROAD = { scope: 'accounting.broad', includedIn: ['accounting.settings.read'] };

	it('skip a stream whose scope was not granted, without a request, and read the others', async () => {
		const [first] = xero.definition.streams;
		const streams = [
			{ ...first!, key: 'skipped', scopes: [{ scope: 'accounting.more' }] },
			{ ...first!, scopes: [BROAD] },
		];
		const paths: string[] = [];
		const instead = ({ path }: ApiRequest): undefined => void paths.push(path);
		const metadata = { scopes: GRANTED };
		const messages = await messagesOf({ organisations: ['a'], metadata, instead, definition: { streams } });
		const whole = await messagesOf({
			organisations: ['a'],
			metadata,
			definition: { streams: [streams[1]!] },
		});
		expect(brief(messages)).toEqual(['FAILURE a/skipped needs_consent', ...brief(whole)]);
		expect((messages[0] as FailureMessage).failure.message).toBe(
			'skipped of Org a was skipped: the consent in Xero does not include accounting.more. Connect the tenant again.',
		);
		const disabled = { ...metadata, disabledStreams: ['skipped'] };
		const off = { ...run, metadata: disabled };
		const quiet = await messagesOf({
			organisations: ['a'],
			metadata: disabled,
			run: off,
			definition: { streams },
		});
		expect(quiet.some(({ type }) => type === 'FAILURE')).toBe(false);
	});

	it('request nothing of an account where a scope that every connection needs was not granted', async () => {
		const paths: string[] = [];
		const instead = ({ path }: ApiRequest): undefined => void paths.push(path);
		const metadata = { scopes: ['offline_access', 'accounting.reports.read'] };
		const messages = await messagesOf({ organisations: ['a', 'b'], metadata, instead });
		expect(brief(messages)).toEqual(['FAILURE a/ needs_consent', 'FAILURE b/ needs_consent']);
		expect(paths).toEqual(['/connections']);
	});

	it('say the same about an optional stream that is not allowed, and a failure for any other', async () => {
		const notAllowed = new ReadFailure('not_permitted', 'The plan does not include it. Upgrade it.');
		const instead = ({ path }: ApiRequest): ReadFailure | undefined =>
			path.includes('/Reports/') ? notAllowed : undefined;
		const optional = { streams: [{ ...xero.definition.streams[0]!, optional: true }] };
		const left = await messagesOf({ organisations: ['a'], instead, definition: optional });
		expect(brief(left)).toEqual([`STATE a/${stream} 0`]);
		expect(left[0]).toMatchObject({
			switchedOff: true,
			warnings: [expect.stringContaining('The plan does not include it')],
		});
		const failed = await messagesOf({ organisations: ['a'], instead });
		expect(brief(failed)).toEqual([`STATE a/${stream} 0`, `FAILURE a/${stream} not_permitted`]);
	});

	it('exist even if every account is disabled', async () => {
		const off = ['a', 'b'].map((id) => own(id, { enabled: false }));
		const messages = await messagesOf({ own: off });
		expect(brief(messages)).toEqual([`STATE a/${stream} 0`, `STATE b/${stream} 0`]);
		expect(messages[0]).toMatchObject({ state: {} });
	});

	it('carry warnings on the next state', async () => {
		const warned = definitionOf({}).accounts;
		const accounts = {
			...warned,
			list: async (): ReturnType<typeof warned.list> =>
				await Promise.resolve({ accounts: [{ id: 'a', name: 'A' }], warnings: ['made up'] }),
		};
		const messages = await messagesOf({ definition: { accounts } });
		expect((messages.at(-1) as StateMessage).warnings).toEqual(['made up']);
	});
});

describe('a failure of one account affects no other', () => {
	it('the account cannot be read from the start', async () => {
		const instead = ({ path, account }: ApiRequest): ReadFailure | undefined =>
			path === '/Organisation' && account?.id === 'a' ? gone : undefined;
		expect(brief(await messagesOf({ instead }))).toEqual([
			'FAILURE a/ account_gone',
			`RECORD b/${stream}`,
			`RECORD b/${stream}`,
			`STATE b/${stream} 2`,
		]);
	});

	it('the account stops in the middle: its records are counted, its state is kept, the failure follows', async () => {
		const states = new Map([
			[`a/${stream}`, { kept: true }],
			[`b/${stream}`, { kept: true }],
		]);
		let reports = 0;
		const instead = ({ path, account }: ApiRequest): ReadFailure | undefined =>
			account?.id === 'a' && path.includes('/Reports/') && ++reports > 4 ? gone : undefined;
		const messages = await messagesOf({ instead, states, more: { historyStart: '2026-09' } });
		expect(brief(messages).slice(0, 4)).toEqual([
			`RECORD a/${stream}`,
			`RECORD a/${stream}`,
			`STATE a/${stream} 2`,
			`FAILURE a/${stream} account_gone`,
		]);
		expect((messages[2] as StateMessage).state).toBeNull();
		expect(brief(messages).at(-1)).toBe(`STATE b/${stream} 3`);
	});

	it('the account belongs to another tenant: none of it is read', async () => {
		const scene: Scene = { own: [own('b')], metadata: { accounts: 'consent' }, conflicts: ['a'] };
		const messages = await messagesOf(scene);
		expect(brief(messages).slice(0, 2)).toEqual(['FAILURE a/ account_conflict', `RECORD b/${stream}`]);
		expect(JSON.stringify(messages)).toContain('through another connection');
	});

	it('the account is at its limit, and says when to come back', async () => {
		const retryAt = new Date('2026-11-23T20:00:00Z');
		const limited = new ReadFailure('rate_limited', 'Enough.', 'Later.', retryAt);
		const instead = ({ path, account }: ApiRequest): ReadFailure | undefined =>
			account?.id === 'a' && path.includes('/Reports/') ? limited : undefined;
		const messages = await messagesOf({ instead });
		expect(brief(messages).slice(0, 2)).toEqual([`STATE a/${stream} 0`, `FAILURE a/${stream} rate_limited`]);
		expect((messages[1] as FailureMessage).failure).toEqual({
			class: 'rate_limited',
			message: 'Enough. Later.',
			retryAt: '2026-11-23T20:00:00.000Z',
		});
		expect(brief(messages).at(-1)).toBe(`STATE b/${stream} 2`);
	});

	it('the account was read before and is no longer connected', async () => {
		const messages = await messagesOf({
			own: [own('a'), own('b'), own('z')],
		});
		expect(brief(messages)[0]).toBe('FAILURE z/ account_gone');
		expect(messages).toHaveLength(7);
	});
});

describe('a failure of the whole integration', () => {
	const reconnect = new ReadFailure('reconnect_required', 'Connect again.');

	it('nothing else is emitted if nothing was read: it requires action', async () => {
		expect(brief(await messagesOf({ instead: () => reconnect }))).toEqual(['FAILURE / reconnect_required']);
	});

	it('the first call of the first account is refused', async () => {
		const instead = ({ path }: ApiRequest): ReadFailure | undefined =>
			path.includes('/Reports/') ? reconnect : undefined;
		expect(brief(await messagesOf({ instead }))).toEqual(['FAILURE / reconnect_required']);
	});

	it('the failure follows the count of what was read', async () => {
		let calls = 0;
		const instead = ({ path }: ApiRequest): ReadFailure | undefined =>
			path.includes('/Reports/') && ++calls > 4 ? reconnect : undefined;
		const messages = await messagesOf({ instead, more: { historyStart: '2026-09' } });
		expect(brief(messages)).toEqual([
			`RECORD a/${stream}`,
			`RECORD a/${stream}`,
			`STATE a/${stream} 2`,
			'FAILURE / reconnect_required',
		]);
	});

	it('no organisation is connected', async () => {
		expect(brief(await messagesOf({ organisations: [] }))).toEqual(['FAILURE / account_gone']);
	});

	it('the run was taken over', async () => {
		const keepLease = async (): Promise<void> => await Promise.reject(new ReadFailure('run_lost', 'Lost.'));
		expect(brief(await messagesOf({ more: { keepLease } }))).toEqual(['FAILURE / run_lost']);
	});

	it('three accounts in a row got no answer', async () => {
		const down = new ReadFailure('provider_unavailable', 'Down.');
		const instead = ({ path }: ApiRequest): ReadFailure | undefined =>
			path === '/Organisation' ? down : undefined;
		expect(brief(await messagesOf({ instead, organisations: ['a', 'b', 'c', 'd', 'e'] }))).toEqual([
			'FAILURE a/ provider_unavailable',
			'FAILURE b/ provider_unavailable',
			'FAILURE c/ provider_unavailable',
			'FAILURE / provider_unavailable',
		]);
	});

	it('an unexpected error shows nothing that looks like a token', async () => {
		const secret = 'Bearer eyJhbGciOiJSUzI1NiJ9.made-up-claims.made-up-signature';
		const instead = (): Error => new TypeError(`cannot read ${secret}`);
		const messages = await messagesOf({ instead });
		expect(brief(messages)).toEqual(['FAILURE / internal']);
		expect(JSON.stringify(messages)).not.toContain('made-up');
		expect((messages[0] as FailureMessage).failure.message).toContain('TypeError: cannot read');
	});
});

describe('a token that answers for another account', () => {
	/** The provider answers by the token alone; the second one is another customer's. */
	const byToken = (ofToken: (token: string | undefined, id: string) => string) => {
		const scene = definitionOf({ organisations: ['a'] }).accounts;
		return {
			...scene,
			describe: async (...given: Parameters<typeof scene.describe>) => {
				const [{ accessToken }, { id }] = given;
				const told = await scene.describe(...given);
				return { ...told, account: { ...told.account, id: ofToken(await accessToken(), id) } };
			},
		};
	};

	it('is not read', async () => {
		const messages = await messagesOf({
			organisations: ['a'],
			definition: { accounts: byToken(() => 'z') },
		});
		expect(brief(messages)).toEqual(['FAILURE a/ account_gone']);
	});

	it('yields nothing if it replaced the account’s own token during the read', async () => {
		let token = 'own';
		const replaced = async (to: string): Promise<Message[]> => {
			token = 'own';
			const current = async () => await Promise.resolve(token);
			return await messagesOf({
				organisations: ['a'],
				instead: ({ path }) => void (token = path.includes('/BankSummary') ? to : token),
				// One call after the other, so that some go out with the second token.
				definition: {
					accounts: byToken((of, id) => (of === 'another' ? 'z' : id)),
					limits: { ...xero.definition.limits, perAccount: 1 },
				},
				more: {
					authorisation: { by: 'engine', tokens: { current, refresh: current, secrets: () => [token] } },
				},
			});
		};
		expect(brief(await replaced('another'))).toEqual(['FAILURE a/ account_gone']);
		expect(brief(await replaced('refreshed')).at(-1)).toBe(`STATE a/${stream} 2`);
	});
});

describe('a cancelled execution', () => {
	it('ends the reading with an abort, not with a failure', async () => {
		const signal = AbortSignal.abort();
		await expect(messagesOf({ more: { signal } })).rejects.toMatchObject({ name: 'AbortError' });
	});
});
