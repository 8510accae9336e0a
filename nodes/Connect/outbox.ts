import type { Pool } from 'pg';

import { takeEvents, type ConnectionEvent } from '../../db/integrations/connect/events';
import type { Log } from '../engine/contract/ports';

/** How long an event waits at most that no page of this process made, in milliseconds. */
const EVERY_MS = 3_000;
const BATCH = 50;

/** The outboxes of this process: pages tell them that there may be an event. */
const open = new Set<() => void>();

export const pokeOutboxes = (): void => {
	for (const poke of open) poke();
};

/**
 * Hands over events until it is stopped. At least once each: one that was handed over just before the process ended comes
 * again. Several processes may do so.
 * @returns stops it, after the batch that it is at
 */
export function openOutbox(
	pool: Pool,
	log: Log,
	emit: (event: ConnectionEvent) => void,
): () => Promise<void> {
	let running: Promise<void> | undefined;
	let isFailing = false;
	const empty = async (): Promise<void> => {
		try {
			while ((await takeEvents(pool, BATCH, emit)) === BATCH && open.has(poke));
			isFailing = false;
		} catch (error) {
			// Once, not every few seconds, while the database is away.
			if (!isFailing) log.warn(`Zixly Connect: events wait: ${(error as Error).message}`);
			isFailing = true;
		}
	};
	const poke = (): void => {
		running ??= empty().finally(() => (running = undefined));
	};
	open.add(poke);
	const timer = setInterval(poke, EVERY_MS);
	timer.unref();
	return async () => {
		open.delete(poke);
		clearInterval(timer);
		await running;
	};
}
