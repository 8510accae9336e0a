import { isUnavailable } from '../../db/postgres/sqlstate';
import { withRetries } from '../../db/postgres/transaction';
import { ReadFailure } from '../engine/contract/failure';

/** Runs a piece of database work that is safe to repeat; an outage that lasts becomes a failure that a later run mends. */
export async function fromDatabase<T>(work: () => Promise<T>): Promise<T> {
	return await withRetries(work).catch(throwDatabaseFailure);
}

/** Throws what passes by itself as `database_unavailable`, anything else as it is. */
export function throwDatabaseFailure(error: unknown): never {
	if (error instanceof ReadFailure || !isUnavailable(error)) throw error;
	throw new ReadFailure(
		'database_unavailable',
		'The database did not answer while the provider was read. The next run tries again; check the server if it lasts.',
	);
}
