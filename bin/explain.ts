import { explainTls } from '../db/postgres/tls-errors';
import { describeDatabaseError, getMeaning, getSqlstate } from '../db/postgres/sqlstate';

/** Adds to an error of the server or the network what it means; other errors say it themselves. */
export function explainDatabaseError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const tls = explainTls(error);
	if (tls) return new Error(`${tls} (${error.message})`, { cause: error });
	const known = describeDatabaseError(error);
	if (known) return new Error(`${known.message} ${known.remedy} (${describeError(error)})`, { cause: error });
	const state = getSqlstate(error);
	return state ? new Error(`${getMeaning(state).message} (${error.message})`, { cause: error }) : error;
}

/** A host name with several addresses fails with one error per address, and no words of its own. */
function describeError(error: Error & { errors?: Error[] }): string {
	return error.message || (error.errors ?? []).map(({ message }) => message).join('; ');
}
