import type { AccountEntry, AccountFacts } from '../../../db/integrations/accounts';
import type { StreamDefinition } from './stream';
import type { ProviderLimits } from './limits';
import type { AccountReference, ProviderApi, ResponseRule } from './api';

/** Everything the engine must know about a provider. Adding one is writing one of these, not a program. */
export interface ProviderDefinition {
	key: string;
	displayName: string;
	/** What the provider calls an account: "organisation", "portal", "company file". For messages. */
	accountWord: string;
	/** Where the provider says that it is out of order, as a host name. For messages. */
	statusPage?: string;
	/** The credential type that holds the application's id and secret and the addresses. */
	credential: string;
	/** Where a stored token may be sent; subdomains count too. */
	domains: readonly string[];
	apiBaseUrl: string;
	/**
	 * The property that holds the API's address where each customer has one of its own: of the token reply, and of
	 * the integration's metadata in camel case. The credential's own address, where a person changed it, goes before.
	 */
	apiBaseUrlIn?: { token: string; metadata: string };
	oauth: OAuthFacts;
	limits: ProviderLimits;
	/** Sent with every call of the API. */
	headers: Readonly<Record<string, string>> | ((application: Application) => Record<string, string>);
	/** The header that names the account of a call, where there is one. */
	accountHeader?: string;
	/** Properties of replies that never leave the engine, at whatever depth they stand. */
	redact: readonly string[];
	/** Headers that say how many seconds to wait, in order of preference; `retry-after` unless told. */
	waitHeaders?: readonly string[];
	/** In order, before those that hold for all: the first that fits a reply says what to do; a 2xx that none fits is accepted. */
	rules: readonly ResponseRule[];
	accounts: AccountDiscovery;
	streams: readonly StreamDefinition[];
}

/** The registered application, as the credential has it. */
export interface Application {
	clientId: string;
	clientSecret: string;
}

export interface OAuthFacts {
	accessTokenUrl: string;
	/** How the application proves itself at the token endpoint. */
	clientAuthentication: 'header' | 'body';
}

/** What finding the accounts may need besides the API. */
export interface DiscoveryContext {
	api: ProviderApi;
	/** The token that the latest call went out with, else the next one's; undefined where it cannot be had. */
	accessToken(): Promise<string | undefined>;
	application: Application;
	/** The integration's. */
	metadata: Readonly<Record<string, unknown>>;
	/** IANA: the integration's `timezone`, else the workflow's; for providers that state none. */
	timezone: string;
	/** The accounts that the connection reads already, for providers whose tokens cannot be asked. */
	chosen?: readonly AccountEntry[];
}

/** How the accounts behind a token are found: the small code that no declaration can express. */
export interface AccountDiscovery {
	/** What an account's id looks like, in lower case; what looks otherwise is no account. */
	id: { pattern: RegExp; example: string };
	list(context: DiscoveryContext): Promise<AccountListing>;
	/**
	 * What the provider says of an account, null where it does not. The id is the one that it answered for: where the
	 * token alone says whose records come, another one than was asked for must not be read.
	 */
	describe(
		context: DiscoveryContext,
		reference: KnownAccount,
	): Promise<{ account: AccountFacts; warnings: string[] }>;
}

export interface AccountListing {
	/** All that the token reaches, with their names where those are known. */
	accounts: readonly AccountEntry[];
	/**
	 * The ids of those that the provider itself names as this consent's. Null where it does not for this token: then
	 * nothing is read that nobody chose. Undefined where it never does, and a consent is for all that the token reaches.
	 */
	consent?: readonly string[] | null;
	warnings: string[];
}

/** An account that is to be read, with what is known of it from before. */
export interface KnownAccount extends AccountReference {
	timezone: string | null;
	currency: string | null;
}
