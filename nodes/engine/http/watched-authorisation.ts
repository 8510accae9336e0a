import type { Authorisation } from './tokens';

/** An authorisation that remembers which token it provided last. */
export interface WatchedAuthorisation {
	authorisation: Authorisation;
	/** The token of the latest request, or of the next one if there was none; undefined if it is not available. */
	accessToken(): Promise<string | undefined>;
}

/** Watches the tokens of a run, so that the engine notices when they are replaced while it reads. */
export function watchAuthorisation(authorisation: Authorisation): WatchedAuthorisation {
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
		authorisation: { ...authorisation, tokens: { current, refresh, secrets: () => tokens.secrets() } },
		accessToken: async () => latest ?? (await current()),
	};
}
