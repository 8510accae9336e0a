import pg from 'pg';

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

/** How often the work sends something to the server, over whichever connection of this process. */
export async function countTrips(work: () => Promise<unknown>): Promise<number> {
	const prototype = pg.Client.prototype as unknown as { query: Query };
	const original = prototype.query;
	let count = 0;
	prototype.query = function (...args) {
		count++;
		return original.apply(this, args);
	};
	try {
		await work();
	} finally {
		prototype.query = original;
	}
	return count;
}
