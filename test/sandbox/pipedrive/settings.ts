/** The limits and lives of the Pipedrive sandbox; each can be set while it runs. Times in seconds unless the name says otherwise. */
export interface PipedriveLimits {
	/** Calls of an access token in any `burstSeconds`; 0: what the company's plan allows. */
	burst: number;
	burstSeconds: number;
	/** Tokens of a company's day; 0: what its plan and seats allow. */
	dayTokens: number;
	/** Whether the replies tell what is left of the day, which is documented nowhere: 1 or 0. */
	dayHeaders: number;
	/** How many calls in a row may ignore a 429 before the gateway shuts the token out. */
	patience: number;
	blockSeconds: number;
	/** Whether it answers as the host that all companies share, which knows version 1 only as `/v1`: 1 or 0. */
	commonHost: number;
	/** How long each API reply takes, in milliseconds. */
	latencyMs: number;
	accessTokenSeconds: number;
	/** A refresh token dies when unused for so long. */
	refreshTokenSeconds: number;
	codeSeconds: number;
}

export const PIPEDRIVE_LIMITS: Readonly<PipedriveLimits> = {
	burst: 0,
	burstSeconds: 2,
	dayTokens: 0,
	dayHeaders: 1,
	patience: 3,
	blockSeconds: 300,
	commonHost: 0,
	latencyMs: 0,
	accessTokenSeconds: 3_599,
	refreshTokenSeconds: 60 * 86_400,
	codeSeconds: 300,
};

/** The app that the sandbox knows. */
export const PIPEDRIVE_CLIENT = {
	clientId: 'sandbox-pipedrive-client',
	clientSecret: 'made-up-pipedrive-client-secret',
} as const;

/** Ticked in the Developer Hub; the person agrees to all or none. */
export const PIPEDRIVE_SCOPES = ['base', 'deals:read', 'contacts:read', 'recents:read'] as const;
