import type { Pool } from 'pg';

import { cancelledBy, cancelSignal, untilCancelled } from '../postgres/cancellation';
import { ownerKey, type TokenOwner, type TokenSet } from './token-set';

/** One refresh that several callers wait for. It is aborted only when all of them have been cancelled. */
export class Flight {
	private readonly abandonment = new AbortController();
	private readonly landing: Promise<TokenSet>;
	private callers = 0;

	constructor(
		fly: (abandoned: AbortSignal) => Promise<TokenSet>,
		private readonly leaveRegister: (flight: Flight) => void,
	) {
		const { signal } = this.abandonment;
		// Others may join, so cancelling the execution that starts the refresh must not end it for them.
		this.landing = cancelledBy(undefined, async () => await fly(signal)).finally(() =>
			this.leaveRegister(this),
		);
		// Without callers a failure would be an unhandled rejection.
		this.landing.catch(() => undefined);
	}

	/** Waits for the tokens. @throws the reason of the caller's cancellation, immediately */
	async join(): Promise<TokenSet> {
		this.callers++;
		try {
			return await untilCancelled(cancelSignal(), async () => await this.landing);
		} finally {
			if (--this.callers === 0) this.abandon();
		}
	}

	/** Unregisters first, so that no new caller joins a refresh that is about to end. */
	private abandon(): void {
		this.leaveRegister(this);
		this.abandonment.abort();
	}
}

/** By database, then by owner. */
const flights = new WeakMap<Pool, Map<string, Flight>>();

export function findFlight(pool: Pool, owner: TokenOwner): Flight | undefined {
	return flights.get(pool)?.get(ownerKey(owner));
}

export function startFlight(
	pool: Pool,
	owner: TokenOwner,
	fly: (abandoned: AbortSignal) => Promise<TokenSet>,
): Flight {
	const ofPool = flights.get(pool) ?? new Map<string, Flight>();
	flights.set(pool, ofPool);
	const key = ownerKey(owner);
	const flight = new Flight(fly, (ended) => {
		if (ofPool.get(key) === ended) ofPool.delete(key);
	});
	ofPool.set(key, flight);
	return flight;
}
