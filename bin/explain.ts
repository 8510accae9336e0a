import { meaningOf, sqlstateOf } from '../db/sqlstate';

const NETWORK: Record<string, string> = {
	ECONNREFUSED: 'Nothing answers there. Check host and port, and that PostgreSQL is running.',
	ENOTFOUND: 'There is no such host. Check the name in the database URL.',
	ETIMEDOUT: 'The host does not answer. Check the address and the firewall.',
};

/** Adds to an error of the server or the network what it means; other errors say it themselves. */
export function explainDatabaseError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const network = NETWORK[codeOf(error) ?? ''];
	if (network)
		return new Error(`The database cannot be reached (${codeOf(error)}). ${network}`, { cause: error });
	if (error.message.includes('does not support SSL')) {
		return new Error(`${error.message}. Add ?sslmode=disable to the URL if the network is private.`, {
			cause: error,
		});
	}
	const state = sqlstateOf(error);
	return state ? new Error(`${meaningOf(state).message} (${error.message})`, { cause: error }) : error;
}

/** A host name with several addresses fails with one error per address. */
function codeOf(error: Error & { code?: string; errors?: Array<{ code?: string }> }): string | undefined {
	return error.code ?? error.errors?.[0]?.code;
}
