import type { PoolClient } from 'pg';

/** How many trips to the server the work takes on this connection. */
export async function countStatements(client: PoolClient, work: () => Promise<void>): Promise<number> {
	const original = client.query;
	let count = 0;
	client.query = ((...args: unknown[]) => {
		count++;
		return (original as (...given: unknown[]) => unknown).apply(client, args);
	}) as PoolClient['query'];
	try {
		await work();
	} finally {
		client.query = original;
	}
	return count;
}
