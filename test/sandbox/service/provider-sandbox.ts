import type { FaultQueue } from '../faults';
import type { Delivery, SandboxRequest } from '../reply';
import type { RequestEntry } from '../request-log';
import type { Control } from './controls';
import type { ConnectedTokens, ConnectOptions } from './service-sandbox';

/** Any provider of the sandbox, as those see it who treat all alike. */
export interface ProviderSandbox {
	readonly key: string;
	readonly displayName: string;
	readonly client: { readonly clientId: string; readonly clientSecret: string };
	readonly clientAuthentication: 'header' | 'body';
	readonly scopes: readonly string[];
	readonly endpoints: { authUrl: string; accessTokenUrl: string; apiBaseUrl: string };
	readonly faults: FaultQueue;
	readonly requests: RequestEntry[];
	readonly refreshCalls: number;
	readonly prefix: string;
	mount(url: string): void;
	knows(path: string): boolean;
	handle(request: SandboxRequest): Promise<Delivery>;
	consents(): string[];
	shown(consent: string): string;
	connect(consent: string, options?: ConnectOptions): ConnectedTokens;
	expireAccessTokens(consent?: string): void;
	revoke(consent: string): void;
	clear(): void;
	clearRequests(): void;
	issuedSecrets(): string[];
	controls(): Record<string, Control>;
}
