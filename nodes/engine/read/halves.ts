import type { ApiRequest, ProviderApi } from '../contract/api';
import { asFailure, ReadFailure } from '../contract/failure';
import { MAX_FIRST_FAILURES } from './outage-detector';

/** How the parts of a batch are read. */
export interface BatchReader<Item, Result> {
	/** `api` does not retry if the whole batch was already retried. */
	read(items: readonly Item[], api: ProviderApi): Promise<Result[]>;
	/** Receives what was read. An error it throws ends the read. */
	accept?(results: readonly Result[]): void;
	/** Creates the result for an item that fails alone. An error it throws ends the read. */
	reject(item: Item, failure: ReadFailure): Result;
}

/**
 * Reads a batch. If it fails for a reason that may concern one record, it is bisected, each half requested once, until
 * only the records that fail alone are rejected.
 * @throws ReadFailure that concerns more than one record
 */
export async function readInHalves<Item, Result>(
	items: readonly Item[],
	api: ProviderApi,
	reader: BatchReader<Item, Result>,
): Promise<Result[]> {
	const results = await reader.read(items, api).catch(asFailureOfOneRecord);
	if (Array.isArray(results)) {
		reader.accept?.(results);
		return results;
	}
	if (items.length === 1) return [reader.reject(items[0]!, results)];
	const middle = items.length >> 1;
	const left = await readInHalves(items.slice(0, middle), askingOnce(api), reader);
	return [...left, ...(await readInHalves(items.slice(middle), askingOnce(api), reader))];
}

/**
 * Like `readInHalves`, for what records can do without, such as names. Items that cannot be read do not hold the records
 * up, but an outage does: the records would be stored without what the next run can read.
 * @throws ReadFailure if the provider is unavailable for the first items and has answered for none
 */
export async function readOptional<Item, Result>(
	items: readonly Item[],
	api: ProviderApi,
	reader: Omit<BatchReader<Item, Result>, 'accept'>,
): Promise<Result[]> {
	let hasAnswered = false;
	let failures = 0;
	return await readInHalves<Item, Result>(items, api, {
		read: reader.read,
		accept: () => void (hasAnswered = true),
		reject(item, failure) {
			failures += failure.failureClass === 'provider_unavailable' ? 1 : 0;
			if (!hasAnswered && failures === MAX_FIRST_FAILURES) throw asOutage(failure);
			return reader.reject(item, failure);
		},
	});
}

/** The records that asked for it must not be bisected. */
function asOutage({ failureClass, summary, hint, retryAt, call }: ReadFailure): ReadFailure {
	return new ReadFailure(failureClass, summary, hint, retryAt, call && { ...call, ofEveryCall: true });
}

function asFailureOfOneRecord(error: unknown): ReadFailure {
	const failure = asFailure(error);
	if (failure.mayBeOfOneRecord) return failure;
	throw error;
}

/** The API without retries. */
export function askingOnce(api: ProviderApi): ProviderApi {
	return { ...api, call: async (request: ApiRequest) => await api.call({ ...request, once: true }) };
}
