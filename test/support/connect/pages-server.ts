import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Pool } from 'pg';

import type { KeyRing } from '../../../db/vault/key-ring';
import { ConnectAddress } from '../../../nodes/Connect/http/address';
import { sendAnswer } from '../../../nodes/Connect/http/answer';
import { serve } from '../../../nodes/Connect/serve/serve';
import type { Services } from '../../../nodes/Connect/serve/services';
import { readSettings } from '../../../nodes/Connect/serve/settings';
import { Visit } from '../../../nodes/Connect/serve/visit';
import { serviceOf, type Sandbox } from '../../sandbox';
import { httpClient } from '../http/client';

const PATH = '/webhook/zixly-connect';

export interface PagesOptions {
	pool: Pool;
	ring: KeyRing;
	sandbox: Sandbox;
	/** The node's fields, besides the operator's name. */
	fields?: Record<string, unknown>;
	/** Keys of providers that have no credential. */
	without?: readonly string[];
}

/** The pages over real HTTP, without n8n around them. */
export interface PagesServer {
	/** The address of the start page. */
	url: string;
	/** Everything that was logged. */
	lines: string[];
	pokes: number;
	close(): Promise<void>;
}

/** Serves the pages on the loopback, with the sandbox as every provider. */
export async function startPages(options: PagesOptions): Promise<PagesServer> {
	const place = { url: '' };
	const pages: PagesServer = { url: '', lines: [], pokes: 0, close: async () => undefined };
	const server = createServer((request, response) => {
		void answer(request, response, place.url, openServices(options, pages));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	place.url = `http://localhost:${(server.address() as AddressInfo).port}${PATH}`;
	const close = (): Promise<void> =>
		new Promise((resolve) => {
			server.close(() => resolve());
			server.closeAllConnections();
		});
	return Object.assign(pages, { url: place.url, close });
}

function openServices(options: PagesOptions, pages: PagesServer): Services {
	const { pool, ring, sandbox, fields = {}, without = [] } = options;
	const note = (line: string): void => void pages.lines.push(line);
	const log = { debug: note, info: note, warn: note };
	const values: Record<string, unknown> = { operatorName: 'Harbour Advisory', ...fields };
	return {
		...{ pool, ring, log },
		settings: readSettings((name, preset) => values[name] ?? preset),
		poke: () => void pages.pokes++,
		openProvider: async (definition) => {
			if (without.includes(definition.key)) return undefined;
			const { client, endpoints } = serviceOf(sandbox, definition.key);
			const allowedHosts = [new URL(sandbox.url).host];
			return { definition, credential: { ...client, ...endpoints }, allowedHosts, http: httpClient, log };
		},
	};
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	startUrl: string,
	services: Services,
): Promise<void> {
	const url = new URL(request.url ?? '/', startUrl);
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const body = parseFields(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
	const address = new ConnectAddress(startUrl);
	const visit = new Visit(services, address, {
		...{ headers: request.headers, query: parseFields(url.searchParams), body },
	});
	// n8n would admit every origin.
	response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
	const path = url.pathname.slice(PATH.length);
	sendAnswer(response, await serve(visit, request.method ?? 'GET', path), { address, logoOrigin: undefined });
}

/** As n8n parses them: a key that is repeated is an array. */
function parseFields(parameters: URLSearchParams): Record<string, unknown> {
	return Object.fromEntries(
		[...new Set(parameters.keys())].map((name) => {
			const all = parameters.getAll(name);
			return [name, all.length === 1 ? all[0] : all];
		}),
	);
}
