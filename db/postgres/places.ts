import type { Pool } from 'pg';

import { untilCancelled } from './cancellation';

const DEFAULT_CONNECTIONS = 10;

interface Waiting {
	tenantId: string;
	isPatient: boolean;
	enter: () => void;
}

/**
 * Limits how many of a pool's connections a tenant may hold, in all executions of the process. If another session locks
 * a tenant's rows, the tenant's waiting transactions hold at most half of the connections; its other transactions queue
 * without one. One connection is reserved for work across tenants, such as claiming. Transactions that may wait long
 * for a lock need a patient permit, and only half of the permits are patient, so that several locked tenants together
 * cannot exhaust the pool.
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

	/** @returns a function that releases the permit */
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

	/** The permit may have been granted just as the waiter was cancelled; then it is released again. */
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
 * Waits until the tenant may take one of the pool's connections.
 * @param isPatient whether the transaction may wait long for a lock
 * @returns a function that releases the permit
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
