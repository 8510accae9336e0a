import { setTimeout as sleep } from 'node:timers/promises';

import cuid from '@bugsnag/cuid';
import type { Pool, PoolClient } from 'pg';

import { ExplainedError } from '../postgres/explained-error';
import { cancelSignal } from '../postgres/cancellation';
import { getSqlstate } from '../postgres/sqlstate';
import { dataTables } from '../schema/tables';
import { retryInTenant } from '../postgres/retries';

/** An account, company or project of a provider. */
export interface LinkPlace {
	tenantId: string;
	provider: string;
	/** The provider's own id, without a prefix. */
	externalId: string;
}

export interface LinkResult extends LinkPlace {
	/** The client (`client_kpis.id`) that its rows belong to from now on. */
	clientKpiId: string;
	clientName: string;
	/** The number of existing rows that were moved, by table. */
	moved: Record<string, number>;
	/** Whether the client that had them before was empty afterwards and was deleted. */
	oldClientRemoved: boolean;
}

/**
 * Links an account, company or project of a provider to an existing client: its rows move there in one transaction, and
 * later loads follow.
 * @throws Error if the client does not exist, already has another one of that provider, or has rows with the same keys;
 *   nothing was moved then
 */
export async function linkClient(pool: Pool, place: LinkPlace, clientKpiId: string): Promise<LinkResult> {
	return await betweenLoads(pool, place.tenantId, async (client) => {
		const target = await clientById(client, clientKpiId);
		const holder = await findHolder(client, place);
		await assertOnlyLink(client, place, target);
		await client.query(SAVE_LINK, [place.tenantId, place.provider, place.externalId, target.id]);
		return await moveRows(client, place, holder, target);
	});
}

/**
 * Removes a link: its rows move back to their own client in one transaction, and later loads follow.
 * @throws Error if there is no such link
 */
export async function unlinkClient(pool: Pool, place: LinkPlace): Promise<LinkResult> {
	return await betweenLoads(pool, place.tenantId, async (client) => {
		const holder = await linkedClient(client, place);
		if (!holder) throw noLink(place);
		await client.query('delete from etl.client_links where provider = $1 and external_id = $2', [
			place.provider,
			place.externalId,
		]);
		return await moveRows(client, place, holder, await ownClient(client, place));
	});
}

interface Client {
	id: string;
	clientId: string;
	clientName: string;
}

/** Runs `work` in a transaction while no chunk of the tenant is being stored: later chunks look up their clients again. */
async function betweenLoads<T>(
	pool: Pool,
	tenantId: string,
	work: (client: PoolClient) => Promise<T>,
): Promise<T> {
	const deadline = Date.now() + MAX_WAIT_MS;
	for (;;) {
		const done = await retryInTenant(
			pool,
			tenantId,
			async (client) => ((await isAlone(client)) ? { result: await work(client) } : undefined),
			{ role: 'zixly_loader' },
		);
		if (done) return done.result;
		if (Date.now() > deadline) throw new ExplainedError(BUSY, 'Try again when its syncs have ended.');
		await sleep(100, undefined, { signal: cancelSignal() });
	}
}

const MAX_WAIT_MS = 30_000;

const BUSY = 'Nothing was moved because data of this tenant was being stored the whole time.';

async function isAlone(client: PoolClient): Promise<boolean> {
	const { rows } = await client.query<{ alone: boolean }>('select etl.hold_links() as alone');
	return rows[0]!.alone;
}

const CLIENT = 'select id, client_id as "clientId", client_name as "clientName" from client_kpis';

async function clientById(client: PoolClient, id: string): Promise<Client> {
	const { rows } = await client.query<Client>(`${CLIENT} where id = $1 for update`, [id]);
	if (rows[0]) return rows[0];
	throw new ExplainedError(
		`There is no client "${id}" of this tenant.`,
		'Client: Get Many lists the existing ones.',
	);
}

const buildOwnId = ({ provider, externalId }: LinkPlace): string => `${provider}:${externalId}`;

/** The client that has its rows now, if any. */
async function findHolder(client: PoolClient, place: LinkPlace): Promise<Client | undefined> {
	const linked = await linkedClient(client, place);
	if (linked) return linked;
	const { rows } = await client.query<Client>(`${CLIENT} where client_id = $1 for update`, [
		buildOwnId(place),
	]);
	return rows[0];
}

async function linkedClient(
	client: PoolClient,
	{ provider, externalId }: LinkPlace,
): Promise<Client | undefined> {
	const { rows } = await client.query<Client>(
		`${CLIENT} where id = (select client_kpi_id from etl.client_links where provider = $1 and external_id = $2)
		for update`,
		[provider, externalId],
	);
	return rows[0];
}

/** With two accounts of one provider, a client's figures would collide in the tables' keys. */
async function assertOnlyLink(client: PoolClient, place: LinkPlace, target: Client): Promise<void> {
	const { provider, externalId } = place;
	const { rows } = await client.query<{ externalId: string }>(
		`select external_id as "externalId" from etl.client_links
		where client_kpi_id = $1 and provider = $2 and external_id <> $3`,
		[target.id, provider, externalId],
	);
	const own = target.clientId.startsWith(`${provider}:`)
		? target.clientId.slice(provider.length + 1)
		: undefined;
	const other = rows[0]?.externalId ?? own;
	if (other === undefined) return;
	if (other === externalId)
		throw new ExplainedError(
			`"${externalId}" of this provider already is this client.`,
			'There is nothing to link.',
		);
	throw new ExplainedError(
		`Nothing was moved because the client "${target.clientName}" already has "${other}" of this provider.`,
		'A client can have one per provider: unlink that first, or choose another client.',
	);
}

const SAVE_LINK = `insert into etl.client_links (tenant_id, provider, external_id, client_kpi_id)
	values ($1, $2, $3, $4)
	on conflict (tenant_id, provider, external_id) do update set client_kpi_id = excluded.client_kpi_id`;

async function ownClient(client: PoolClient, place: LinkPlace): Promise<Client> {
	await client.query(
		`insert into client_kpis (id, tenant_id, client_id, client_name)
		select $1, $2, $3, coalesce(
			(select name from etl.accounts where provider = $4 and account_id = $5), $3)
		on conflict (tenant_id, client_id) do nothing`,
		[cuid(), place.tenantId, buildOwnId(place), place.provider, place.externalId],
	);
	const { rows } = await client.query<Client>(`${CLIENT} where client_id = $1 for update`, [
		buildOwnId(place),
	]);
	return rows[0]!;
}

async function moveRows(
	client: PoolClient,
	place: LinkPlace,
	from: Client | undefined,
	to: Client,
): Promise<LinkResult> {
	const moved: Record<string, number> = {};
	if (from && from.id !== to.id) {
		for (const table of dataTables.keys())
			moved[table] = await moveTable(client, table, { from, to, provider: place.provider });
	}
	const { rowCount } = await client.query(REMOVE_EMPTY, [from?.id === to.id ? null : from?.id]);
	return {
		...place,
		clientKpiId: to.id,
		clientName: to.clientName,
		moved,
		oldClientRemoved: rowCount === 1,
	};
}

async function moveTable(
	client: PoolClient,
	table: string,
	{ from, to, provider }: { from: Client; to: Client; provider: string },
): Promise<number> {
	try {
		const { rowCount } = await client.query(
			`update ${table} set client_kpi_id = $2 where client_kpi_id = $1 and source_system = $3`,
			[from.id, to.id, provider],
		);
		return rowCount ?? 0;
	} catch (error) {
		throw getSqlstate(error) === UNIQUE_VIOLATION ? inTheWay(table, to, error) : error;
	}
}

const UNIQUE_VIOLATION = '23505';

function inTheWay(table: string, { clientName }: Client, cause: unknown): Error {
	return new ExplainedError(
		`Nothing was moved because the client "${clientName}" already has rows of ${table} with the same keys.`,
		'Delete or correct those rows first.',
		{ cause },
	);
}

const REMOVE_EMPTY = `delete from client_kpis k where k.id = $1
	and not exists (select from etl.client_links where client_kpi_id = k.id)
	${[...dataTables.keys()].map((table) => `and not exists (select from ${table} where client_kpi_id = k.id)`).join('\n\t')}`;

function noLink({ externalId }: LinkPlace): Error {
	return new ExplainedError(
		`"${externalId}" of this provider is not linked to a client.`,
		'Client: Get Many shows the existing links.',
	);
}
