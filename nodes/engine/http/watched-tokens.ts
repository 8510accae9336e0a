import type { Authorisation } from './tokens';

/** An authorisation that remembers which token it gave last. */
export interface WatchedTokens {
	authorisation: Authorisation;
	/** The token that the latest call went out with, else the next one's; undefined where it cannot be had. */
	accessToken(): Promise<string | undefined>;
}

/** Watches the tokens of a run, so that it is seen when another takes their place in the middle. */
export function watched(authorisation: Authorisation): WatchedTokens {
	if (authorisation.by === 'client') {
		const { accessToken = async () => await Promise.resolve(undefined) } = authorisation;
		return { authorisation, accessToken };
	}
	const { tokens } = authorisation;
	let latest: string | undefined;
	const note = (token: string): string => (latest = token);
	const current = async (): Promise<string> => note(await tokens.current());
	const refresh = async (stale: string): Promise<string> => note(await tokens.refresh(stale));
	return {
		authorisation: { by: 'engine', tokens: { current, refresh, secrets: () => tokens.secrets() } },
		accessToken: async () => latest ?? (await current()),
	};
}
