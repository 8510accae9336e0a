import type { AccountEntry, AccountFacts } from '../../../db/integrations/accounts';
import type { StreamDefinition } from './stream';
import type { ProviderLimits } from './limits';
import type { AccountReference, ProviderApi, ResponseRule } from './api';
import type { OAuthFacts } from './oauth';
import type { ScopeNeed } from './scopes';

/** Everything the engine must know about a provider. To add a provider, write one of these. */
export interface ProviderDefinition {
	key: string;
	displayName: string;
	/** What the provider calls an account: "organisation", "portal", "company file". For messages. */
	accountWord: string;
	/** The host name of the provider's status page. For messages. */
	statusPage?: string;
	/** The credential type with the application's id, secret and addresses. */
	credential: string;
	/** Where a stored token may be sent; subdomains count too. */
	domains: readonly string[];
	apiBaseUrl: string;
	/**
	 * The property that holds the API's address if each customer has its own: in the token reply, and in camel case in
	 * the integration's metadata. An address entered in the credential takes precedence.
	 */
	apiBaseUrlIn?: { token: string; metadata: string };
	oauth: OAuthFacts;
	/** The token that a person makes at the provider, instead of a consent. Undefined if there is none. */
	fixedToken?: FixedTokenFacts;
	/** The scopes that every connection needs, whatever it reads. */
	baseScopes: readonly ScopeNeed[];
	limits: ProviderLimits;
	/** Sent with every API request. */
	headers: Readonly<Record<string, string>> | ((application: Application) => Record<string, string>);
	/** The header that names the account of a request, if the provider has one. */
	accountHeader?: string;
	/** Properties that are removed from replies, at any depth. */
	redact: readonly string[];
	/** Headers that state the wait in seconds, in order of preference; by default `retry-after`. */
	waitHeaders?: readonly string[];
	/** The first rule that matches a reply applies, before the default rules. A 2xx that none matches is accepted. */
	rules: readonly ResponseRule[];
	accounts: AccountDiscovery;
	streams: readonly StreamDefinition[];
}

/** A token that does not expire and cannot be refreshed. */
interface FixedTokenFacts {
	/** What the provider calls it: "personal access token". For messages. */
	name: string;
	/** The header that carries it as it is. By default it is sent as a bearer token. */
	header?: string;
}

/** The registered application, from the credential. */
export interface Application {
	clientId: string;
	clientSecret: string;
}

/** What account discovery needs besides the API. */
export interface DiscoveryContext {
	api: ProviderApi;
	/** The token of the latest request, or of the next one if there was none; undefined if it is not available. */
	accessToken(): Promise<string | undefined>;
	application: Application;
	/** Of the integration. */
	metadata: Readonly<Record<string, unknown>>;
	/** IANA name: the integration's `timezone`, otherwise the workflow's. For providers that do not report one. */
	timezone: string;
	/** The accounts that the connection already reads, for providers that do not list a token's accounts. */
	chosen?: readonly AccountEntry[];
	/** The token is of a consent that was given a moment ago. */
	isNewConsent?: true;
}

/** Finds the accounts behind a token: the part of a provider that needs code. */
export interface AccountDiscovery {
	/** What an account id looks like, in lower case. Anything else is not an account. */
	id: { pattern: RegExp; example: string };
	list(context: DiscoveryContext): Promise<AccountListing>;
	/**
	 * What the provider says about an account, with null for what it does not say. The id is that of the account that
	 * answered: if the token alone decides which account answers, any other than the requested one must not be read.
	 */
	describe(
		context: DiscoveryContext,
		reference: KnownAccount,
	): Promise<{ account: AccountFacts; warnings: string[] }>;
	/**
	 * Ends the application's access to accounts, one by one, where revoking the token would end more than that. An account
	 * that is not connected counts as ended.
	 */
	disconnect?(context: DiscoveryContext, accountIds: readonly string[]): Promise<void>;
}

export interface AccountListing {
	/** All accounts that the token can access, with their names if known. */
	accounts: readonly AccountEntry[];
	/**
	 * The ids of the accounts that the provider attributes to this consent. Null if it does not say for this token: then
	 * only accounts that someone chose are read. Undefined if it never says: a consent then covers all accounts of the token.
	 */
	consent?: readonly string[] | null;
	/** The person who consented, if the provider states it here and not with the token. */
	user?: string;
	warnings: string[];
}

/** An account to read, with what is already known about it. */
export interface KnownAccount extends AccountReference {
	timezone: string | null;
	currency: string | null;
}
