import type { FaultQueue } from '../core/faults';
import type { Delivery, SandboxRequest } from '../core/reply';
import type { RequestEntry } from '../core/request-log';
import type { ShownAccount } from './people';

export interface ConnectOptions {
	/** The scopes granted; default: all. */
	scopes?: readonly string[];
	/** Access tokens that are no JWT, so that their claims cannot be read. */
	opaque?: boolean;
}

/** What the app would hold after a person's consent. */
export interface ConnectedTokens {
	accessToken: string;
	refreshToken: string;
	/** Seconds. */
	expiresIn: number;
	/** By the machine's clock. */
	expiresAt: Date;
	/** What the connect pages would keep in the integration's metadata. */
	metadata: Record<string, unknown>;
}

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
	lapse(consent: string): void;
	signIn(login: string | null): void;
	people(): string[];
	loginOf(consent: string): string;
	pageChoices(consent: string): Array<ShownAccount | undefined>;
	registerRedirects(uris: readonly string[] | null): void;
	clear(): void;
	clearRequests(): void;
	issuedSecrets(): string[];
}
