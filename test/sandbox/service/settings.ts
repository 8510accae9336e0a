/** What one person agreed to at once. A provider's own hold its accounts besides. */
export interface ServiceConsent {
	name: string;
	/** Whose login it was. */
	user: string;
	/** What the consent page says of it. */
	shown: string;
}

/** Settings that every provider has; each can be set while it runs. Times in seconds unless the name says otherwise. */
export interface ServiceSettings {
	/** How long each API reply takes, in milliseconds. */
	latencyMs: number;
	accessTokenSeconds: number;
	codeSeconds: number;
	/** A refresh token dies when unused for so long; without it never. */
	refreshTokenSeconds?: number;
	/** How long a refresh token that was used and rotated is still honoured; without it not at all. */
	graceSeconds?: number;
}
