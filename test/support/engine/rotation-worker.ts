// A process of its own that rotates the vault's key and, if ordered, kills itself at a statement.
import pg from 'pg';

import { closePools, getPool, type DatabaseSettings } from '../../../db/postgres/pool';
import { keyRing, type KeyRingFields } from '../../../db/vault/key-ring';
import { rotateKey } from '../../../db/vault/rotation';

export interface RotationOrder {
	settings: DatabaseSettings;
	ring: KeyRingFields;
	/** The number of the statement that is sent before the process ends itself. */
	killAt: number;
}

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

const { settings, ring, killAt } = JSON.parse(process.argv[2]!) as RotationOrder;
const prototype = pg.Client.prototype as unknown as { query: Query };
const original = prototype.query;
let sent = 0;
prototype.query = function (...args) {
	const answer = original.apply(this, args);
	// Sent, but the answer is never heard: the hardest moment.
	if (++sent >= killAt) setImmediate(() => process.kill(process.pid, 'SIGKILL'));
	return answer;
};
void rotateKey(getPool(settings), keyRing(ring)).then(closePools);
