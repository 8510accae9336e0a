import type { PoolClient } from 'pg';

import { isRowFault } from '../sqlstate';

/** An error that PostgreSQL answered. */
export interface DatabaseFault extends Error {
	code: string;
	column?: string;
	constraint?: string;
}

/**
 * Writes all items at once. Where the database refuses one of them, the list is halved at a savepoint until only
 * the refused ones are left out; `refuse` is told of each, and the others are written, still in their order.
 * @throws every error that is not a row's own fault
 */
export async function isolate<T>(
	client: PoolClient,
	items: readonly T[],
	write: (part: readonly T[]) => Promise<void>,
	refuse: (item: T, fault: DatabaseFault) => void,
): Promise<void> {
	if (items.length > 0) await part(items, 'none');

	/** Gives back how many items were refused. What would be refused as a whole is not tried as a whole. */
	async function part(some: readonly T[], expected: Expected): Promise<number> {
		if (expected === 'none' || some.length === 1) {
			const fault = await attempt(client, () => write(some));
			if (!fault) return 0;
			if (some.length === 1) {
				refuse(some[0]!, fault);
				return 1;
			}
		}
		const middle = some.length >> 1;
		const left = await part(some.slice(0, middle), expected === 'all' ? 'all' : 'none');
		return left + (await part(some.slice(middle), expectedAfter(left, middle, expected)));
	}
}

/** How many of a part's items are thought to be refused; of `some` it is known that it cannot be none. */
type Expected = 'none' | 'some' | 'all';

function expectedAfter(refused: number, tried: number, expected: Expected): Expected {
	if (refused === tried) return 'all';
	return refused === 0 && expected !== 'all' ? 'some' : 'none';
}

async function attempt(client: PoolClient, write: () => Promise<void>): Promise<DatabaseFault | undefined> {
	await client.query('savepoint part');
	try {
		await write();
		await client.query('release savepoint part');
		return undefined;
	} catch (error) {
		if (!isRowFault(error)) throw error;
		await client.query('rollback to savepoint part; release savepoint part');
		return error as DatabaseFault;
	}
}
