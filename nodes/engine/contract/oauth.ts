/** A provider's OAuth 2 service, as its definition states it. Addresses entered in the credential take precedence. */
export interface OAuthFacts {
	/** Where a person gives consent. */
	authUrl: string;
	accessTokenUrl: string;
	/** How the application authenticates at the token endpoint. */
	clientAuthentication: 'header' | 'body';
	/** The provider verifies PKCE (RFC 7636). Undefined if it does not, or rejects its parameters. */
	pkce?: 'S256';
	/** Sent to the consent page besides the standard parameters, unless the credential has others. */
	authParameters?: Readonly<Record<string, string>>;
	/** Between scopes; a space by default. Null if scopes are fixed at the application and must not be sent. */
	scopeSeparator?: string | null;
	/** What the redirect back states besides code and state. */
	callbackParameters?: readonly CallbackParameter[];
	/** The issuer that the redirect back may name (RFC 9207). */
	issuer?: string;
	/** Relative to `accessTokenUrl` (RFC 7009). Undefined if the provider has none, or if it must not be called. */
	revokePath?: string;
	/** Where a person who is signed in to the wrong login can sign out. */
	signOutUrl?: string;
	/** Where a person can remove the application, in words: "Settings > Connected apps". For messages. */
	removal?: string;
	/** When a consent ends. */
	lapses?: ConsentLapse;
	/** The scope without which there is no refresh token. */
	offlineScope?: string;
	/**
	 * Identifies the person who consented: by the token reply, or by the claims of the access token. Undefined if
	 * neither says. A signature need not be verified, because both came from the token endpoint.
	 */
	identify?(reply: Readonly<Record<string, unknown>>): string | undefined;
}

/** A parameter of the redirect. It passes through the person's browser: anyone may have changed it. */
interface CallbackParameter {
	name: string;
	/** Anything else is not accepted. Without a pattern it is a name, which is cut to a bounded length. */
	pattern?: RegExp;
}

interface ConsentLapse {
	/** The refresh token expires after as many days without use. */
	idleDays?: number;
	/** A person must consent again after as many days. */
	consentDays?: number;
}
