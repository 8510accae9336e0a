import { AsanaSandbox } from './asana/asana';
import { asanaControls } from './asana/controls';
import { BanksSandbox } from './banks/banks';
import { banksControls } from './banks/controls';
import { Clock } from './core/clock';
import { controlReply } from './control';
import { hubspotControls } from './hubspot/controls';
import { HubSpotSandbox } from './hubspot/hubspot';
import { myobControls } from './myob/controls';
import { MyobSandbox } from './myob/myob';
import { pipedriveControls } from './pipedrive/controls';
import { PipedriveSandbox } from './pipedrive/pipedrive';
import { jsonReply, whole, type Delivery, type SandboxRequest } from './core/reply';
import { listen } from './server';
import type { ProviderSandbox } from './service';
import { serviceControls, type Control } from './service/controls';
import { xeroControls } from './xero/controls';
import { XeroSandbox } from './xero/xero';

export type { Fault } from './core/faults';
export type { HubSpotSandbox } from './hubspot/hubspot';
export type { ConnectOptions, ProviderSandbox } from './service';
/** The providers, each by its key. */
const SERVICES = {
	asana: AsanaSandbox,
	hubspot: HubSpotSandbox,
	myob: MyobSandbox,
	pipedrive: PipedriveSandbox,
	xero: XeroSandbox,
};

export type ServiceKey = keyof typeof SERVICES;

/** What a person may do to each over HTTP, besides what all providers have. */
const CONTROLS: { [Key in ServiceKey]: (service: Services[Key]) => Record<string, Control> } = {
	asana: asanaControls,
	hubspot: hubspotControls,
	myob: myobControls,
	pipedrive: pipedriveControls,
	xero: xeroControls,
};

/** The keys of all of them. */
export const serviceKeys = Object.keys(SERVICES) as ServiceKey[];

type Services = { [Key in ServiceKey]: InstanceType<(typeof SERVICES)[Key]> };

/** Limits and lives of a provider, where they are to differ from what the real one has. */
type ServiceLimits = { [Key in ServiceKey]?: ConstructorParameters<(typeof SERVICES)[Key]>[2] };

export interface SandboxOptions extends ServiceLimits {
	/** Default: a free one. */
	port?: number;
	/** Another seed gives other accounts and figures. */
	seed?: string;
	/** The calendar; figures later than this do not exist yet. Default: the machine's clock. */
	now?: () => Date;
}

/** The running sandbox. `url` stands for Xero's API and identity origins; the others have their key behind it. */
export interface Sandbox extends Services {
	url: string;
	clock: Clock;
	services: readonly ProviderSandbox[];
	/** The central banks: `${url}/ecb` and `${url}/rba` stand for their addresses. */
	banks: BanksSandbox;
	close(): Promise<void>;
}

/** Starts the provider sandbox on the loopback. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const seed = options.seed ?? 'zixly';
	const clock = new Clock(options.now);
	const services = servicesOf(clock, seed, options);
	const banks = new BanksSandbox(clock, seed);
	const controls = { ...listControls(services), banks: banksControls(banks) };
	const place = { url: '' };
	const all = Object.values(services);
	const answer = async (request: SandboxRequest): Promise<Delivery> => {
		if (banks.knows(request.path)) return await banks.handle(request);
		if (request.path.startsWith('/__sandbox')) {
			return whole(controlReply(request, { url: place.url, clock, controls }));
		}
		return await route(request, all);
	};
	const server = await listen(answer, options.port ?? 0);
	place.url = server.url;
	for (const service of all) service.mount(server.url);
	return { ...services, url: server.url, clock, services: all, banks, close: server.close };
}

/** The sandbox of a provider by its key. @throws Error where there is none */
export function serviceOf({ services }: Pick<Sandbox, 'services'>, key: string): ProviderSandbox {
	const service = services.find((one) => one.key === key);
	if (service) return service;
	throw new Error(`The sandbox has no "${key}". It has: ${services.map((one) => one.key).join(', ')}.`);
}

function servicesOf(clock: Clock, seed: string, limits: ServiceLimits): Services {
	const made = Object.entries(SERVICES).map(([key, Service]) => [
		key,
		// Each takes limits of its own, which the compiler cannot see through the key.
		new Service(clock, seed, (limits[key as ServiceKey] ?? {}) as never),
	]);
	return Object.fromEntries(made) as Services;
}

function listControls(services: Services): Record<string, Record<string, Control>> {
	const controls = <Key extends ServiceKey>(key: Key): Record<string, Control> => ({
		...serviceControls(services[key] as never),
		...CONTROLS[key](services[key]),
	});
	return Object.fromEntries(serviceKeys.map((key) => [key, controls(key)]));
}

async function route(request: SandboxRequest, services: readonly ProviderSandbox[]): Promise<Delivery> {
	const service = services.find((one) => one.knows(request.path));
	if (service) return await service.handle(request);
	return whole(
		jsonReply(404, { error: 'not_found', message: `The sandbox has nothing at ${request.path}.` }),
	);
}
