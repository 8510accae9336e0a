import { setTimeout as sleep } from 'node:timers/promises';

import type { Pool } from 'pg';

import { cancelSignal } from '../postgres/cancellation';
import { retryAsWorker } from '../postgres/retries';
import type { KeyRing } from './key-ring';
import { LEASE_SECONDS } from './lease';
import { readOwnedTokens, reseal, type UnreadableTokens } from './reseal';

/** What a rotation did or, as a dry run, would do. */
export interface Rotation {
	activeKeyId: string;
	dryRun: boolean;
	/** Whether every stored token is under the active key now. */
	complete: boolean;
	/** Connections with a stored token. */
	connections: number;
	rotated: number;
	/** Connections whose tokens were under the active key already. */
	current: number;
	/** Connections that were being refreshed, or otherwise changed, until the end. The next rotation takes them. */
	left: number;
	/** Connections whose tokens cannot be opened; `unreadable` names the first of them. */
	unreadableCount: number;
	unreadable: UnreadableTokens[];
}

export interface RotationOptions {
	/** Only counts, and opens every token. */
	dryRun?: boolean;
	/** How long to wait, in milliseconds, for refreshes that are running. By default longer than a lease lasts. */
	waitMs?: number;
	/** Called after each page. */
	onProgress?: (soFar: Readonly<Rotation>) => void;
}

/** Bounds the memory, and how many rows one answer of the server has. */
const PAGE = 500;
/** A list that a person reads; more have one cause. */
const MAX_NAMED = 100;
const DEFAULT_WAIT_MS = (LEASE_SECONDS + 60) * 1_000;
const PAUSE_MS = 2_000;

interface Visited {
	tenantId: string;
	integrationId: string;
}

/**
 * Seals every stored token under the ring's active key, while syncs run. Safe to stop at any point and to begin again: a
 * connection is rotated whole or not at all, and one that is current is not written.
 */
export async function rotateKey(
	pool: Pool,
	ring: KeyRing,
	{ dryRun = false, waitMs = DEFAULT_WAIT_MS, onProgress = () => undefined }: RotationOptions = {},
): Promise<Rotation> {
	const rotation: Rotation = {
		...{ activeKeyId: ring.activeKeyId, dryRun, complete: false, connections: 0, rotated: 0, current: 0 },
		...{ left: 0, unreadableCount: 0, unreadable: [] },
	};
	const visit = async (page: readonly Visited[]): Promise<Visited[]> =>
		await visitPage(pool, ring, page, rotation);
	let left: Visited[] = [];
	for await (const page of listPages(pool)) {
		left.push(...(await visit(page)));
		rotation.left = left.length;
		onProgress(rotation);
	}
	const until = Date.now() + waitMs;
	while (left.length > 0 && Date.now() < until) {
		await sleep(Math.min(PAUSE_MS, waitMs), undefined, { signal: cancelSignal() });
		left = await visitAgain(left, visit);
		rotation.left = left.length;
		onProgress(rotation);
	}
	rotation.complete = !dryRun && left.length === 0 && rotation.unreadableCount === 0;
	return rotation;
}

async function* listPages(pool: Pool): AsyncGenerator<Visited[]> {
	let last: Visited = { tenantId: '', integrationId: '' };
	for (;;) {
		const { rows } = await retryAsWorker(pool, (client) =>
			client.query<Visited>(LIST, [last.tenantId, last.integrationId, PAGE]),
		);
		if (rows.length > 0) yield rows;
		if (rows.length < PAGE) return;
		last = rows.at(-1)!;
	}
}

const LIST = `select tenant_id as "tenantId", integration_id as "integrationId"
	from etl.list_integration_ids($1, $2, $3)`;

async function visitAgain(
	left: readonly Visited[],
	visit: (page: readonly Visited[]) => Promise<Visited[]>,
): Promise<Visited[]> {
	const still: Visited[] = [];
	for (let from = 0; from < left.length; from += PAGE)
		still.push(...(await visit(left.slice(from, from + PAGE))));
	return still;
}

/** @returns those that must be visited again */
async function visitPage(
	pool: Pool,
	ring: KeyRing,
	page: readonly Visited[],
	rotation: Rotation,
): Promise<Visited[]> {
	const left: Visited[] = [];
	for (const [tenantId, integrationIds] of groupByTenant(page)) {
		for (const sealed of await readOwnedTokens(pool, tenantId, integrationIds)) {
			cancelSignal()?.throwIfAborted();
			const outcome = await reseal(pool, ring, sealed, rotation.dryRun);
			if (outcome === 'left') left.push({ tenantId, integrationId: sealed.integrationId });
			else count(rotation, outcome);
		}
	}
	return left;
}

function count(rotation: Rotation, outcome: 'rotated' | 'current' | UnreadableTokens): void {
	if (typeof outcome === 'string') rotation[outcome]++;
	else if (rotation.unreadableCount++ < MAX_NAMED) rotation.unreadable.push(outcome);
	rotation.connections++;
}

function groupByTenant(page: readonly Visited[]): Map<string, string[]> {
	const groups = new Map<string, string[]>();
	for (const { tenantId, integrationId } of page)
		groups.set(tenantId, [...(groups.get(tenantId) ?? []), integrationId]);
	return groups;
}
