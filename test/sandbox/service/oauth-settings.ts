import type { Reply } from '../core/reply';
import type { ClientAuthentication } from './client-authentication';
import type { ShownAccount } from './people';
import type { Grant, TokenRules } from './tokens';

/** A provider's OAuth. Paths are those after the provider's prefix. */
export interface OAuthSettings {
	authorizePath: string;
	tokenPath: string;
	revokePath?: string;
	/** How the application proves itself at the token endpoint; the other way is refused. */
	clientAuthentication: ClientAuthentication;
	/** Those that the application may ask for. */
	scopes: readonly string[];
	/** What a consent gives where none was asked for; all of them unless told. */
	scopesUnasked?: readonly string[];
	tokens: TokenRules;
	/** `Bearer` unless told. */
	tokenType?: string;
	/** Whether the scopes of the reply are a list in `scopes`, not a text in `scope`. */
	scopesAsList?: boolean;
	/** More of the token reply. */
	tokenFields?(grant: Grant, url: string): Record<string, unknown>;
	/** More of the redirect back to the application. */
	redirectFields?(grant: Grant, query: URLSearchParams): Record<string, string>;
	/** Whether the redirect names its issuer (RFC 9207): the provider's own address. */
	sendsIssuer?: true;
	/** What a person may let the app see, of a consent by its name. */
	accounts(consent: string): readonly ShownAccount[];
	/** A consent is for all accounts of the login; for one of them unless told. */
	isForAll?: true;
	/** A further consent of a login adds its account to those that its tokens reach. */
	addsUp?: true;
	/** `access_denied` unless told. */
	deniedError?: string;
	/** `invalid_scope` unless told. */
	scopeError?: string;
	/** What the connect pages would keep in the integration's metadata. */
	metadata?(grant: Grant, url: string): Record<string, unknown>;
	/** What a consent changes, such as a list of connections. */
	granted?(grant: Grant): void;
	/** What else a revocation ends, besides the grant itself; `others` are all that have tokens. */
	revoked?(grant: Grant, others: readonly Grant[]): void;
	/** A revocation ends refresh tokens alone: access tokens live on until they expire. */
	revokesRefreshOnly?: true;
	/** Why an address that a consent is to lead back to is refused, null where it is not; https or localhost unless told. */
	redirectRefusal?(address: string): string | null;
	/** The refusals of the token endpoint: `{"error": …}` with 400 unless told. */
	refusal?(error: OAuthError): Reply | undefined;
}

export type OAuthError = 'invalid_grant' | 'invalid_client' | 'invalid_request' | 'unsupported_grant_type';
