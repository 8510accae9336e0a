import type { ServiceSettings } from '../service';

/** The limits and lives of the Asana sandbox; each can be set while it runs. */
export interface AsanaSettings extends ServiceSettings {
	/** Requests of a token within `minuteSeconds`; refused ones count too. */
	minute: number;
	minuteSeconds: number;
	/** Fields asked for, of all a token's requests within `minuteSeconds`: the limit that Asana does not publish. */
	cost: number;
	/** Requests of a token in progress. */
	concurrent: number;
	/** How long the token of a next page is good. */
	offsetSeconds: number;
}

export const ASANA_SETTINGS: Readonly<AsanaSettings> = {
	minute: 150,
	minuteSeconds: 60,
	cost: 100_000,
	concurrent: 50,
	offsetSeconds: 900,
	latencyMs: 0,
	accessTokenSeconds: 3_600,
	codeSeconds: 300,
};

/** The app that the sandbox knows. */
export const ASANA_CLIENT = {
	clientId: '1200000000000042',
	clientSecret: 'made-up-asana-client-secret',
} as const;

/** Those that are ticked for the app. */
export const ASANA_SCOPES = ['workspaces:read', 'projects:read', 'tasks:read', 'users:read'];
