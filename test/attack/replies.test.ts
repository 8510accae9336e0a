import { createServer, type ServerResponse } from 'node:http';
import {
	connect,
	createServer as createTcpServer,
	type AddressInfo,
	type Server,
	type Socket,
} from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from '@jest/globals';

import { createApi } from '../../nodes/engine/http/client';
import type { ProviderDefinition } from '../../nodes/engine/contract/provider';
import { ReadFailure } from '../../nodes/engine/contract/failure';
import type { HttpClient } from '../../nodes/engine/contract/http';
import { exchangeRefreshToken } from '../../nodes/engine/http/oauth';
import { RateLimiters } from '../../nodes/engine/limits/rate-limiter';
import { providers } from '../../nodes/providers/registry';
import { expectRepelled, type Attack } from '../support/expect/attacks';
import { manualClock, type ManualClock } from '../support/engine/manual-clock';
import { n8nHttpClient } from '../support/n8n/http';

const DAY_MS = 24 * 3_600_000;
const MAX_TRIES = 4;
const TIMEOUT_MS = 400;
const GOOD = '{"data":[],"access_token":"made-up","expires_in":1800}';

/** The whole of a reply as it goes over the wire. */
const raw = (head: string, body = GOOD, length: number | null = Buffer.byteLength(body)): string =>
	[head, 'content-type: application/json', 'connection: close']
		.concat(length === null ? [] : [`content-length: ${length}`])
		.join('\r\n') + `\r\n\r\n${body}`;

const OK = 'HTTP/1.1 200 OK';

/** Every header that a provider's replies are looked at for. */
const headersOf = ({ waitHeaders = [], limits, rules }: ProviderDefinition): string[] => [
	...['retry-after', ...waitHeaders, ...rules.flatMap((rule) => rule.waitHeaders ?? [])],
	...rules.flatMap(({ header }) => (header ? [header.name] : [])),
	...limits.windows.flatMap(({ remainingHeader }) => remainingHeader ?? []),
	...(limits.day?.remainingHeader ? [limits.day.remainingHeader] : []),
];

type Hostile = (socket: Socket, definition: ProviderDefinition, elsewhere: string) => void;

const BOMB = gzipSync(Buffer.alloc(48 * 2 ** 20, ' '));

/** Sends the text at once and ends. */
const text =
	(make: (definition: ProviderDefinition, elsewhere: string) => string): Hostile =>
	(socket, definition, elsewhere) =>
		void socket.end(make(definition, elsewhere));

const withHeaders = (lines: string[], status = OK): string => raw([status, ...lines].join('\r\n'));

const HOSTILE: Record<string, Hostile> = {
	'3,000 headers': text(() =>
		withHeaders(Array.from({ length: 3_000 }, (_, index) => `x-${index}: ${index}`)),
	),
	'300 headers of one name': text(() => withHeaders(Array<string>(300).fill('x-made-up: 1'))),
	...Object.fromEntries(
		['200 OK', '429 Too Many', '403 Forbidden', '503 Unavailable'].map((status) => [
			`every known header fifty times, with ${status}`,
			text((definition) =>
				withHeaders(
					headersOf(definition).flatMap((name) => Array<string>(50).fill(`${name}: 99999999`)),
					`HTTP/1.1 ${status}`,
				),
			),
		]),
	),
	'a header of 15 KB where a number belongs': text((definition) =>
		withHeaders(
			headersOf(definition)
				.slice(0, 1)
				.map((name) => `${name}: ${'9'.repeat(15_000)}`),
		),
	),
	'a header of a megabyte': text(() => withHeaders([`x-made-up: ${'a'.repeat(2 ** 20)}`])),
	...Object.fromEntries(
		[0, 99, 199, 204, 206, 299, 300, 304, 418, 499, 600, 777, 999].map((status) => [
			`status ${status}`,
			text(() => raw(`HTTP/1.1 ${String(status).padStart(3, '0')} Odd`)),
		]),
	),
	'no HTTP at all': text(() => 'SSH-2.0-made-up\r\n'),
	'a content-length that is too long': text(() => raw(OK, GOOD, GOOD.length + 1_000)),
	'a content-length that is too short': text(() => raw(OK, GOOD, 10)),
	'a content-length that is no number': text(() => `${OK}\r\ncontent-length: many\r\n\r\n${GOOD}`),
	'two lengths': text(() => `${OK}\r\ncontent-length: 3\r\ncontent-length: 9\r\n\r\n${GOOD}`),
	'chunks that are none': text(() => `${OK}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n${GOOD}`),
	'a redirect to itself': text(() => withHeaders(['location: /'], 'HTTP/1.1 302 Found')),
	'a redirect to another host': text((_, elsewhere) =>
		withHeaders([`location: ${elsewhere}`], 'HTTP/1.1 307 Temporary Redirect'),
	),
	'a body that is no gzip': text(() => withHeaders(['content-encoding: gzip'])),
	'a gzip bomb': (socket) => {
		socket.write(`${OK}\r\ncontent-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`);
		socket.end(BOMB);
	},
	'a byte at a time': (socket) => {
		socket.write(`${OK}\r\ncontent-length: ${GOOD.length}\r\n\r\n`);
		drip(socket, GOOD);
	},
	'a header at a time': (socket) => {
		socket.write(`${OK}\r\n`);
		drip(socket, 'x-a: 1\r\nx-b: 2\r\nx-c: 3\r\n');
	},
	'nesting of a hundred thousand levels': text(() => raw(OK, '['.repeat(100_000) + ']'.repeat(100_000))),
	'a number of a megabyte': text(() =>
		raw(OK, `{"expires_in":${'9'.repeat(2 ** 20)},"access_token":"made-up"}`),
	),
	'names that lead into every object': text(() =>
		raw(OK, '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"access_token":"a"}'),
	),
};

function drip(socket: Socket, rest: string): void {
	if (socket.destroyed || rest === '') return;
	socket.write(rest[0]!);
	setTimeout(() => drip(socket, rest.slice(1)), TIMEOUT_MS / 4).unref();
}

let http: HttpClient;
let peer: Server;
let other: ReturnType<typeof createServer>;
let elsewhere: string;
/** What the peer does with a request, and how many it got. */
const scene: { answer: (socket: Socket) => void; calls: number; elsewhere: number } = {
	answer: () => undefined,
	calls: 0,
	elsewhere: 0,
};

const urlOf = (server: { address(): unknown }): string =>
	`http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
	http = await n8nHttpClient();
	peer = createTcpServer((socket) => {
		socket.on('error', () => undefined);
		socket.once('data', () => {
			scene.calls++;
			scene.answer(socket);
		});
	});
	other = createServer((_, response: ServerResponse) => {
		scene.elsewhere++;
		response.end(GOOD);
	});
	for (const server of [peer, other])
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	elsewhere = urlOf(other);
	await new Promise<void>((resolve) =>
		connect((peer.address() as AddressInfo).port, '127.0.0.1')
			.destroy()
			.once('close', resolve),
	);
});

afterAll(() => {
	peer.close();
	other.close();
});

/** What came of a call: undefined where it gained nothing. */
async function gainedBy(call: (clock: ManualClock) => Promise<unknown>): Promise<unknown> {
	const clock = manualClock();
	[scene.calls, scene.elsewhere] = [0, 0];
	const failure: unknown = await call(clock).then(
		() => undefined,
		(error: unknown) => error,
	);
	const isNamed =
		failure === undefined || (failure instanceof ReadFailure && failure.failureClass !== 'internal');
	const { retryAt } = (failure ?? {}) as { retryAt?: Date };
	const rest = (retryAt?.getTime() ?? 0) - clock.now().getTime();
	const gained = {
		...(!isNamed && { unnamed: String(failure) }),
		...(scene.calls > MAX_TRIES && { calls: scene.calls }),
		...(scene.elsewhere > 0 && { sentElsewhere: scene.elsewhere }),
		...(rest > DAY_MS && { rest }),
		...(clock.waits.some((wait) => wait > 150_000) && { waits: clock.waits }),
		...('polluted' in {} && { polluted: true }),
	};
	return Object.keys(gained).length > 0 ? gained : undefined;
}

describe('hostile replies', () => {
	it.each(Object.entries(providers))(
		'end a call of %s with data or a named failure, in few calls',
		async (key, definition) => {
			const attacks: Attack[] = [];
			for (const [name, hostile] of Object.entries(HOSTILE)) {
				scene.answer = (socket) => hostile(socket, definition, elsewhere);
				const gained = await gainedBy(async (clock) => await callOf(definition, clock));
				attacks.push({ name: `${key}: ${name}`, gained });
			}
			expectRepelled('hostile replies', attacks);
		},
	);

	it.each(Object.entries(providers))(
		'end a refresh at %s with a token or a named failure, in few calls',
		async (key, definition) => {
			const attacks: Attack[] = [];
			for (const [name, hostile] of Object.entries(HOSTILE)) {
				// The sign-in's own time-out is long; test/attack/tokens.test.ts tries it.
				if (name.endsWith('at a time')) continue;
				scene.answer = (socket) => hostile(socket, definition, elsewhere);
				const gained = await gainedBy(async (clock) => await refreshOf(definition, clock));
				attacks.push({ name: `${key}: ${name}`, gained });
			}
			expectRepelled('hostile replies of token endpoints', attacks);
		},
	);
});

async function callOf(definition: ProviderDefinition, clock: ManualClock): Promise<unknown> {
	const token = async () => await Promise.resolve('made-up-token');
	const api = createApi({
		...{ definition, clock, http, dayShare: 1, timeoutMs: TIMEOUT_MS, baseUrl: urlOf(peer) },
		application: { clientId: 'made-up-client', clientSecret: 'made-up-secret' },
		authorisation: { by: 'engine', tokens: { current: token, refresh: token, secrets: () => [] } },
		rateLimiters: new RateLimiters(clock),
		log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
		keepLease: async () => await Promise.resolve(),
	});
	const account = { id: 'account-1', name: 'Account' };
	return await api.call({ path: '/x', description: 'the things', account, isValid: () => true });
}

async function refreshOf(
	{ displayName: provider, oauth }: ProviderDefinition,
	clock: ManualClock,
): Promise<unknown> {
	const { clientAuthentication } = oauth;
	const client = { clientId: 'made-up-client', clientSecret: 'made-up-secret', clientAuthentication };
	return await exchangeRefreshToken(
		{ ...client, provider, accessTokenUrl: `${urlOf(peer)}/token`, http, clock },
		'made-up-refresh-token',
	);
}
