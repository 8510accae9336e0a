import type { ApiRequest, ProviderApi } from '../contract/api';
import { asFailure, type ReadFailure } from '../contract/failure';

/** How the parts of a batch are read. */
export interface BatchReader<Item, Result> {
	/** `api` asks once only where the whole batch was tried several times already. */
	read(items: readonly Item[], api: ProviderApi): Promise<Result[]>;
	/** Told of what was read. What it throws ends the reading. */
	accept?(results: readonly Result[]): void;
	/** Makes the result of an item that fails alone. What it throws ends the reading. */
	reject(item: Item, failure: ReadFailure): Result;
}

/**
 * Reads a batch. Where it fails for what may be one record's sake, it is halved, each half asked once, until only the
 * records that fail alone are left out.
 * @throws ReadFailure that concerns more than a record
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
