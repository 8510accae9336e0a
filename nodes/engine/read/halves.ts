import type { ApiRequest, ProviderApi } from '../contract/api';
import { asFailure, type ReadFailure } from '../contract/failure';

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

function asFailureOfOneRecord(error: unknown): ReadFailure {
	const failure = asFailure(error);
	if (failure.mayBeOfOneRecord) return failure;
	throw error;
}

function askingOnce(api: ProviderApi): ProviderApi {
	return { ...api, call: async (request: ApiRequest) => await api.call({ ...request, once: true }) };
}
