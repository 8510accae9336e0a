import { isRetryable } from '../../db/sqlstate';
import { ReadFailure } from '../engine/failure';

/** Runs a piece of database work; what passes by itself becomes a failure that a later run mends. */
export async function fromDatabase<T>(work: () => Promise<T>): Promise<T> {
	return await work().catch(throwMeaning);
}

function throwMeaning(error: unknown): never {
	if (error instanceof ReadFailure || !isRetryable(error)) throw error;
	throw new ReadFailure(
		'database_unavailable',
		'The database did not answer while the provider was read. The next run tries again; check the server if it lasts.',
	);
}
