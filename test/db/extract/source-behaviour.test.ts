import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { systemClock, type Clock } from '../../../nodes/engine/contract/ports';
import type { FailureMessage, Message } from '../../../nodes/shared/messages';
import { serviceKeys, serviceOf, startSandbox, type Fault, type Sandbox, type ServiceKey } from '../../sandbox';
import type { ProviderSandbox } from '../../sandbox/service';
import { testDatabase, type TestDatabase } from '../../support/database/database';
import { Extraction, type ConnectedTenant, type ExtractOptions } from '../../support/engine/extraction';
import { tlsReset, type TlsReset } from '../../support/http/tls-reset';

/** What a case may end as: everything is read all the same, or a failure of a class. */
type Outcome = 'read' | FailureMessage['failure']['class'];

interface Case {
	name: string;
	faults?: Fault[];
	/** What else is set up, besides faults. */
	given?: (service: ProviderSandbox, consent: string) => void;
	options?: (extraction: Extraction) => ExtractOptions;
	/** What must have happened besides the outcome. */
	check?: () => void;
	/** Providers that know no such thing. */
	unknownTo?: ServiceKey[];
	outcome: Outcome;
}

const always = 'always' as const;

/** RELIABILITY B, as far as it is alike at all providers; what is each one's own stands in its own tests. */
const CASES: Case[] = [
	{ name: 'nothing is wrong', outcome: 'read' },
	{
		name: '429, Retry-After in seconds',
		faults: [{ kind: 'tooManyRequests', retryAfter: 1 }],
		outcome: 'read',
	},
	{
		name: '429, Retry-After as a date',
		faults: [{ kind: 'tooManyRequests', retryAfter: 'date' }],
		outcome: 'read',
	},
	{ name: '429 without a time', faults: [{ kind: 'tooManyRequests', retryAfter: null }], outcome: 'read' },
	{
		name: '429 for an hour',
		faults: [{ kind: 'tooManyRequests', retryAfter: 3_600, count: always }],
		outcome: 'rate_limited',
	},
	{
		name: 'the day’s limit',
		faults: [{ kind: 'dayLimit', count: always }],
		unknownTo: ['asana'],
		outcome: 'rate_limited',
	},
	{ name: '500 twice', faults: [{ kind: 'status', status: 500, count: 2 }], outcome: 'read' },
	{
		name: '502, then 504',
		faults: [502, 504].map((status) => ({ kind: 'status', status })),
		outcome: 'read',
	},
	{
		name: '503 for ever',
		faults: [{ kind: 'status', status: 503, count: always }],
		outcome: 'provider_unavailable',
	},
	{ name: '200 with an error body', faults: [{ kind: 'errorBody' }], outcome: 'read' },
	{
		name: '200 with an error body for ever',
		faults: [{ kind: 'errorBody', count: always }],
		outcome: 'provider_unavailable',
	},
	{ name: '200 with nothing in it', faults: [{ kind: 'empty' }], outcome: 'read' },
	{ name: 'truncated JSON', faults: [{ kind: 'truncatedJson' }], outcome: 'read' },
	{
		name: 'truncated JSON for ever',
		faults: [{ kind: 'truncatedJson', count: always }],
		outcome: 'provider_unavailable',
	},
	{ name: 'HTML instead of JSON', faults: [{ kind: 'html' }], outcome: 'read' },
	{ name: 'HTML for ever', faults: [{ kind: 'html', count: always }], outcome: 'provider_unavailable' },
	{ name: 'a slow drip', faults: [{ kind: 'slowDrip', delayMs: 5 }], outcome: 'read' },
	{ name: 'a drip slower than the time-out', faults: [{ kind: 'slowDrip', delayMs: 200 }], outcome: 'read' },
	{ name: 'no answer', faults: [{ kind: 'hang' }], outcome: 'read' },
	{ name: 'the connection reset', faults: [{ kind: 'reset', count: 2 }], outcome: 'read' },
	{ name: 'the connection cut in the body', faults: [{ kind: 'cutConnection' }], outcome: 'read' },
	{
		name: 'a name that DNS does not know',
		options: (extraction) => readingFrom('https://no-such-host.invalid', extraction),
		outcome: 'provider_unavailable',
	},
	{
		name: 'TLS reset in the handshake',
		options: (extraction) => readingFrom(resetting.url, extraction),
		check: () => expect(resetting.begun).toBeGreaterThan(1),
		outcome: 'provider_unavailable',
	},
	{ name: 'a redirect', faults: [{ kind: 'redirect', count: always }], outcome: 'configuration' },
	{ name: '400', faults: [{ kind: 'status', status: 400, count: always }], outcome: 'bad_request' },
	{ name: '403', faults: [{ kind: 'status', status: 403, count: always }], outcome: 'not_permitted' },
	{ name: '418', faults: [{ kind: 'status', status: 418, count: always }], outcome: 'bad_request' },
	{
		name: 'the access token expired',
		given: (service, consent) => service.expireAccessTokens(consent),
		outcome: 'read',
	},
	{
		name: 'the consent withdrawn',
		given: (service, consent) => service.revoke(consent),
		outcome: 'reconnect_required',
	},
];

function readingFrom(apiBaseUrl: string, extraction: Extraction): ExtractOptions {
	return {
		credential: { ...extraction.credential(), apiBaseUrl },
		allowedHosts: [new URL(apiBaseUrl).host, new URL(extraction.sandbox.url).host],
	};
}

/** Waits a fiftieth of what it is asked to, so that the table does not take an hour. */
const hasty: Clock = {
	...systemClock,
	sleep: async (milliseconds, signal) => await systemClock.sleep(milliseconds / 50, signal),
};

const TIMEOUT_MS = 1_500;

let database: TestDatabase;
let sandbox: Sandbox;
let resetting: TlsReset;
const table = new Map<string, Map<string, string>>();

beforeAll(async () => {
	database = await testDatabase();
	resetting = await tlsReset();
	sandbox = await startSandbox({ seed: 'source-behaviour', xero: { minute: 1_000, day: 100_000 } });
});

afterAll(async () => {
	await resetting.close();
	await sandbox.close();
	await database.close();
	console.log(asText(table));
});

const keys = serviceKeys;

describe.each(keys)('%s', (key) => {
	let extraction: Extraction;
	let tenant: ConnectedTenant;
	let consent: string;

	beforeAll(async () => {
		extraction = new Extraction(database.pool, sandbox, key);
		consent = serviceOf(sandbox, key).consents()[0]!;
		tenant = await extraction.connect(`Source of ${key}`, consent);
	});

	it.each(CASES.filter(({ unknownTo = [] }) => !unknownTo.includes(key)))(
		'$name',
		async ({ name, faults = [], given, options, check, outcome }) => {
			const service = serviceOf(sandbox, key);
			service.faults.add(...faults);
			given?.(service, consent);
			const messages = await extraction.extract(tenant, {
				clock: hasty,
				timeoutMs: TIMEOUT_MS,
				budget: { maxRecords: 5 },
				...options?.(extraction),
			});
			service.clear();
			await database.admin.query('delete from etl.stream_states');
			check?.();
			const met = outcomeOf(messages);
			note(name, key, met);
			expect(met).toBe(outcome);
			expect(wordsOf(messages)).toEqual([]);
		},
	);
});

function outcomeOf(messages: Message[]): Outcome {
	const failure = messages.find((message): message is FailureMessage => message.type === 'FAILURE');
	if (failure) return failure.failure.class;
	return messages.some(({ type }) => type === 'RECORD') ? 'read' : 'internal';
}

/** Every failure says what happened and, in a sentence of its own, what to do; those that do not. */
function wordsOf(messages: Message[]): string[] {
	const failures = messages.filter((message): message is FailureMessage => message.type === 'FAILURE');
	const words = failures.map(({ failure }) => failure.message);
	return words.filter((text) => (text.match(/[.!](\s|$)|;/g)?.length ?? 0) < 2);
}

function note(name: string, key: string, outcome: string): void {
	const row = table.get(name) ?? new Map<string, string>();
	table.set(name, row.set(key, outcome));
}

function asText(rows: typeof table): string {
	const width = Math.max(...[...rows.keys()].map((name) => name.length));
	const line = (name: string, cells: string[]): string =>
		[name.padEnd(width), ...cells.map((cell) => cell.padEnd(20))].join('  ').trimEnd();
	const body = [...rows].map(([name, row]) =>
		line(
			name,
			keys.map((key) => row.get(key) ?? '–'),
		),
	);
	return ['What becomes of a source’s behaviour:', line('case', keys), ...body].join('\n');
}
