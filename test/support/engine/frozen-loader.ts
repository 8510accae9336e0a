// A process of its own that loads a chunk and freezes, as a machine that is paused does, after the statement it is told.
import pg from 'pg';

import { getPool, type DatabaseSettings } from '../../../db/postgres/pool';
import type { LoadChunk } from '../../../db/load/chunk';
import { loadChunk } from '../../../db/load/load-chunk';

export interface FrozenOrder {
	settings: DatabaseSettings;
	chunk: LoadChunk;
	/** A part of the statement after which it freezes, in the middle of its transaction. */
	freezeAfter: string;
}

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

process.on('message', ({ settings, chunk, freezeAfter }: FrozenOrder) => {
	freezeOnce(freezeAfter);
	void loadChunk(getPool(settings), chunk).then(
		() => tell('stored'),
		(error: Error) => tell(`${error.name}: ${error.message}`),
	);
});
tell('ready');

function freezeOnce(part: string): void {
	const prototype = pg.Client.prototype as unknown as { query: Query };
	const original = prototype.query;
	let isFrozen = false;
	prototype.query = function (...args) {
		const answer = original.apply(this, args);
		if (isFrozen || !String(args[0]).includes(part)) return answer;
		isFrozen = true;
		return (answer as Promise<unknown>).then(async (result) => {
			tell('frozen');
			await new Promise((resolve) => setTimeout(resolve, 100));
			process.kill(process.pid, 'SIGSTOP');
			return result;
		});
	};
}

function tell(news: string): void {
	process.send?.(news);
}
