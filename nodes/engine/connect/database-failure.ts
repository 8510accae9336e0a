import { isUnavailable } from '../../../db/postgres/sqlstate';
import { withRetries } from '../../../db/postgres/retries';
import { ReadFailure } from '../contract/failure';

/** Runs and retries database work that is safe to repeat. A lasting outage becomes `database_unavailable`. */
export async function fromDatabase<T>(work: () => Promise<T>): Promise<T> {
	return await withRetries(work).catch(throwDatabaseFailure);
}

/** Throws a transient error as `database_unavailable` and any other error unchanged. */
export function throwDatabaseFailure(error: unknown): never {
	if (error instanceof ReadFailure || !isUnavailable(error)) throw error;
	throw new ReadFailure(
		'database_unavailable',
		'The database did not answer while the provider was read.',
		'The next run tries again. If it recurs, check the database server.',
	);
}
