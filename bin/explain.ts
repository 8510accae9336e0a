import { explainTls } from '../db/tls-errors';
import { explanationOf, meaningOf, sqlstateOf } from '../db/sqlstate';

/** Adds to an error of the server or the network what it means; other errors say it themselves. */
export function explainDatabaseError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const tls = explainTls(error);
	if (tls) return new Error(`${tls} (${error.message})`, { cause: error });
	const known = explanationOf(error);
	if (known) return new Error(`${known.message} ${known.remedy} (${wordsOf(error)})`, { cause: error });
	const state = sqlstateOf(error);
	return state ? new Error(`${meaningOf(state).message} (${error.message})`, { cause: error }) : error;
}

/** A host name with several addresses fails with one error per address, and no words of its own. */
function wordsOf(error: Error & { errors?: Error[] }): string {
	return error.message || (error.errors ?? []).map(({ message }) => message).join('; ');
}
