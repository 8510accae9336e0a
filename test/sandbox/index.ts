import { BanksSandbox } from './banks/banks';
import { Clock } from './clock';
import { controlReply } from './control';
import { jsonReply, whole, type Delivery, type SandboxRequest } from './reply';
import { listen } from './server';
import type { XeroLimits } from './xero/settings';
import { XeroSandbox } from './xero/xero';

export type { BankCorrection, BankFault, BanksSandbox } from './banks/banks';
export type { Fault, FaultKind } from './faults';
export type { RequestEntry } from './request-log';
export type { XeroLimits } from './xero/settings';
export type { Totals } from './xero/totals';
export type { ConnectedTokens, ShownOrganisation, XeroSandbox } from './xero/xero';

export interface SandboxOptions {
	/** Default: a free one. */
	port?: number;
	/** Another seed gives other organisations and figures. */
	seed?: string;
	/** The calendar; figures later than this do not exist yet. Default: the machine's clock. */
	now?: () => Date;
	xero?: Partial<XeroLimits>;
}

/** The running sandbox. `url` stands for the provider's API and identity origins alike. */
export interface Sandbox {
	url: string;
	clock: Clock;
	xero: XeroSandbox;
	/** The central banks: `${url}/ecb` and `${url}/rba` stand for their addresses. */
	banks: BanksSandbox;
	close(): Promise<void>;
}

/** Starts the provider sandbox on the loopback. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const clock = new Clock(options.now);
	const xero = new XeroSandbox(clock, options.seed ?? 'zixly', options.xero ?? {});
	const banks = new BanksSandbox(clock, options.seed ?? 'zixly');
	const place = { url: '' };
	const answer = async (request: SandboxRequest): Promise<Delivery> =>
		banks.knows(request.path) ? await banks.handle(request) : await route(request, place.url, clock, xero);
	const server = await listen(answer, options.port ?? 0);
	place.url = server.url;
	return { url: server.url, clock, xero, banks, close: server.close };
}

async function route(
	request: SandboxRequest,
	url: string,
	clock: Clock,
	xero: XeroSandbox,
): Promise<Delivery> {
	if (request.path.startsWith('/__sandbox')) return whole(controlReply(request, { url, clock, xero }));
	if (xero.knows(request.path)) return await xero.handle(request, url);
	return whole(
		jsonReply(404, { error: 'not_found', message: `The sandbox has nothing at ${request.path}.` }),
	);
}
