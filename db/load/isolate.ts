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
	const [first] = items;
	if (first === undefined) return;
	const fault = await attempt(client, () => write(items));
	if (!fault) return;
	if (items.length === 1) return refuse(first, fault);
	const middle = items.length >> 1;
	await isolate(client, items.slice(0, middle), write, refuse);
	await isolate(client, items.slice(middle), write, refuse);
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
