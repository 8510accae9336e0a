import { storable } from '../postgres/storable-text';

/** How far a run has been read, and what that took. Kept after the run has ended. */
export interface RunProgress {
	/** The account that is being read, counted from 1; null before the first. */
	account: number | null;
	/** How many accounts the run reads. */
	accounts: number | null;
	accountName: string | null;
	stream: string | null;
	/** The month that is being read, counted from 1; null if the stream is not read by months. */
	month: number | null;
	months: number | null;
	/** Records read so far, of all accounts. */
	records: number;
	/** Requests to the provider. */
	calls: number;
	/** How long requests waited for rate limits and before retries, in milliseconds. */
	waitedMs: number;
}

export const startProgress = (): RunProgress => ({
	...{ account: null, accounts: null, accountName: null, stream: null, month: null, months: null },
	...{ records: 0, calls: 0, waitedMs: 0 },
});

/** In characters, of names from a provider. The database accepts up to 1 KB in all. */
const MAX_NAME = 80;

/** As it is stored: names are shortened, and numbers are whole. */
export function toStoredProgress(progress: RunProgress): RunProgress {
	const { accountName, stream, waitedMs } = progress;
	const cutName = (name: string | null): string | null => name && storable(name.slice(0, MAX_NAME));
	return {
		...progress,
		accountName: cutName(accountName),
		stream: cutName(stream),
		waitedMs: Math.round(waitedMs),
	};
}
