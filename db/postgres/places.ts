import type { Pool } from 'pg';

import { untilCancelled } from './cancellation';

const DEFAULT_CONNECTIONS = 10;

interface Waiting {
	tenantId: string;
	isPatient: boolean;
	enter: () => void;
}

/**
 * Keeps tenants from taking a pool's connections from each other. Somebody may hold a lock that a tenant's transactions
 * wait for: these hold half of the connections at most, in all executions of the process, its others queue without one,
 * and one connection is left for work across tenants, such as claiming. So that several such tenants do not hold all
 * places, whoever waits long for a lock has a patient place, and only half of the places are that.
 */
class Places {
	private readonly held = new Map<string, number>();
	private total = 0;
	private patient = 0;
	private readonly waiting: Waiting[] = [];

	private readonly limit: number;
	private readonly limitOfPatient: number;
	private readonly limitOfATenant: number;

	constructor(connections: number) {
		this.limit = Math.max(1, connections - 1);
		this.limitOfPatient = Math.max(1, Math.floor(this.limit / 2));
		this.limitOfATenant = Math.max(1, Math.floor(connections / 2));
	}

	/** Gives back what frees the place again. */
	async take(tenantId: string, isPatient: boolean, signal: AbortSignal | undefined): Promise<() => void> {
		if (!this.enter(tenantId, isPatient)) await this.turn(tenantId, isPatient, signal);
		return () => this.leave(tenantId, isPatient);
	}

	private enter(tenantId: string, isPatient: boolean): boolean {
		const own = this.held.get(tenantId) ?? 0;
		if (this.total >= this.limit || own >= this.limitOfATenant) return false;
		if (isPatient && this.patient >= this.limitOfPatient) return false;
		this.held.set(tenantId, own + 1);
		this.total++;
		if (isPatient) this.patient++;
		return true;
	}

	private async turn(tenantId: string, isPatient: boolean, signal: AbortSignal | undefined): Promise<void> {
		const place: Waiting = { tenantId, isPatient, enter: () => undefined };
		const entered = new Promise<void>((resolve) => (place.enter = resolve));
		this.waiting.push(place);
		try {
			await untilCancelled(signal, () => entered);
		} catch (error) {
			this.forget(place);
			throw error;
		}
	}

	/** The place may have been given in the very moment in which its taker was cancelled. */
	private forget(place: Waiting): void {
		const index = this.waiting.indexOf(place);
		if (index >= 0) this.waiting.splice(index, 1);
		else this.leave(place.tenantId, place.isPatient);
	}

	private leave(tenantId: string, isPatient: boolean): void {
		const own = (this.held.get(tenantId) ?? 1) - 1;
		if (own > 0) this.held.set(tenantId, own);
		else this.held.delete(tenantId);
		this.total--;
		if (isPatient) this.patient--;
		const next = this.waiting.findIndex((place) => this.enter(place.tenantId, place.isPatient));
		if (next >= 0) this.waiting.splice(next, 1)[0]!.enter();
	}
}

const places = new WeakMap<Pool, Places>();

/**
 * Waits until the tenant may take one of the pool's connections; the result gives it back.
 * @param isPatient whether it may wait long for a lock
 */
export async function takePlace(
	pool: Pool,
	tenantId: string,
	isPatient: boolean,
	signal: AbortSignal | undefined,
): Promise<() => void> {
	let ofPool = places.get(pool);
	if (!ofPool) {
		const max = (pool.options as { max?: number } | undefined)?.max ?? DEFAULT_CONNECTIONS;
		places.set(pool, (ofPool = new Places(max)));
	}
	return await ofPool.take(tenantId, isPatient, signal);
}
