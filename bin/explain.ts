import { explainCertificate } from '../db/certificates';
import { explanationOf, meaningOf, sqlstateOf } from '../db/sqlstate';

/** Adds to an error of the server or the network what it means; other errors say it themselves. */
export function explainDatabaseError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const certificate = explainCertificate(error);
	if (certificate) return new Error(`${certificate} (${error.message})`, { cause: error });
	if (error.message.includes('does not support SSL')) {
		return new Error(`${error.message}. Add ?sslmode=disable to the URL if the network is private.`, {
			cause: error,
		});
	}
	const known = explanationOf(error);
	if (known) return new Error(`${known.message} ${known.remedy} (${wordsOf(error)})`, { cause: error });
	const state = sqlstateOf(error);
	return state ? new Error(`${meaningOf(state).message} (${error.message})`, { cause: error }) : error;
}

/** A host name with several addresses fails with one error per address, and no words of its own. */
function wordsOf(error: Error & { errors?: Error[] }): string {
	return error.message || (error.errors ?? []).map(({ message }) => message).join('; ');
}
