import { explainTls } from '../db/postgres/tls-errors';
import { describeDatabaseError, getMeaning, getSqlstate } from '../db/postgres/sqlstate';

/** Explains errors of the server, the network and TLS; other errors explain themselves. */
export function explainDatabaseError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const tls = explainTls(error);
	if (tls) return new Error(`${tls.summary} ${tls.hint} (${error.message})`, { cause: error });
	const known = describeDatabaseError(error);
	if (known) return new Error(`${known.message} ${known.hint} (${describeError(error)})`, { cause: error });
	const state = getSqlstate(error);
	return state ? new Error(`${getMeaning(state).message} (${error.message})`, { cause: error }) : error;
}

/** A host name with several addresses fails with one error per address and an empty message. */
function describeError(error: Error & { errors?: Error[] }): string {
	return error.message || (error.errors ?? []).map(({ message }) => message).join('; ');
}
