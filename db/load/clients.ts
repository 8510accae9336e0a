import cuid from '@bugsnag/cuid';
import type { PoolClient } from 'pg';

import type { DataError } from './find-faults';
import { isolate, type Statement } from './isolate-faults';
import type { PreparedClient } from './prepared-client';

/**
 * Finds each client, creates missing ones and renames those whose name has changed.
 * @returns `client_kpis.id` of each client; `rejected`: the database's errors for the others, by `clientId`
 */
export async function resolveClients(
	client: PoolClient,
	tenantId: string,
	wanted: ReadonlySet<PreparedClient>,
): Promise<{ ids: Map<PreparedClient, string>; rejected: Map<string, DataError> }> {
	const distinct = distinctClients(wanted);
	const linked = await linkedClients(client, tenantId, [...distinct.values()]);
	const own = [...distinct].filter(([key]) => !linked.has(key)).map(([, one]) => one);
	const { stored, rejected } = await saveOwn(client, tenantId, own);
	const ids = new Map<PreparedClient, string>();
	for (const one of wanted) {
		const id = linked.get(clientKey(one)) ?? stored.get(one.clientId);
		if (id) ids.set(one, id);
	}
	return { ids, rejected };
}

async function saveOwn(
	client: PoolClient,
	tenantId: string,
	own: PreparedClient[],
): Promise<{ stored: Map<string, string>; rejected: Map<string, DataError> }> {
	const byClientId = [...new Map(own.map((one) => [one.clientId, one])).values()].sort(byText);
	const stored = new Map<string, string>();
	const rejected = new Map<string, DataError>();
	await isolate<PreparedClient, SavedClient>(client, byClientId, {
		statementFor: (part) => buildSave(tenantId, part),
		trialOf: (one) => buildSave(tenantId, [one]),
		written: (_, rows) => rows.forEach(({ clientId, id }) => stored.set(clientId, id)),
		rejected: (one, fault) => rejected.set(one.clientId, fault),
	});
	return { stored, rejected };
}

/** The last mention of a client wins, but one with a name beats one without. */
function distinctClients(wanted: Iterable<PreparedClient>): Map<string, PreparedClient> {
	const distinct = new Map<string, PreparedClient>();
	for (const one of wanted) {
		const key = clientKey(one);
		if (one.clientName !== null || !distinct.has(key)) distinct.set(key, one);
	}
	return distinct;
}

/** Identifies a client within a chunk. */
function clientKey({ provider, externalId, clientId }: PreparedClient): string {
	return externalId === null ? `=${clientId}` : `${provider}/${externalId}`;
}

/** The operator may have linked an account or company to an existing client. */
async function linkedClients(
	client: PoolClient,
	tenantId: string,
	wanted: PreparedClient[],
): Promise<Map<string, string>> {
	const linkable = wanted.filter(({ externalId }) => externalId !== null);
	if (linkable.length === 0) return new Map();
	const { rows } = await client.query<{ provider: string; externalId: string; id: string }>(
		`select provider, external_id as "externalId", client_kpi_id as id from etl.client_links
		where tenant_id = $1 and (provider, external_id) in (select * from unnest($2::text[], $3::text[]))`,
		[tenantId, linkable.map(({ provider }) => provider), linkable.map(({ externalId }) => externalId)],
	);
	return new Map(
		rows.map((row) => [clientKey({ ...row, clientId: '', clientName: null, industry: null }), row.id]),
	);
}

const SAVE = `with incoming as (
	select * from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as i(id, client_id, client_name, industry)
), written as (
	insert into public.client_kpis as k (id, tenant_id, client_id, client_name, industry)
	select i.id, $1, i.client_id, coalesce(i.client_name, stored.client_name, i.client_id),
		coalesce(i.industry, stored.industry)
	from incoming i left join public.client_kpis stored
		on stored.tenant_id = $1 and stored.client_id = i.client_id
	where stored.id is null or i.client_name <> stored.client_name
		or (i.industry is not null and i.industry is distinct from stored.industry)
	order by i.client_id collate "C"
	on conflict (tenant_id, client_id) do update
	set client_name = excluded.client_name, industry = coalesce(excluded.industry, k.industry)
	returning k.client_id, k.id
)
select client_id as "clientId", id from written
union all
select stored.client_id, stored.id from public.client_kpis stored join incoming using (client_id)
where stored.tenant_id = $1 and not exists (select from written w where w.client_id = stored.client_id)`;

interface SavedClient {
	clientId: string;
	id: string;
}

const buildSave = (tenantId: string, part: readonly PreparedClient[]): Statement => ({
	text: SAVE,
	values: [
		tenantId,
		part.map(() => cuid()),
		part.map(({ clientId }) => clientId),
		part.map(({ clientName }) => clientName),
		part.map(({ industry }) => industry),
	],
});

const byText = (a: PreparedClient, b: PreparedClient): number => (a.clientId < b.clientId ? -1 : 1);
