import type { Pool } from 'pg';

import { disconnectIntegration } from '../db/integrations/connect/disconnect';
import { listIntegrations, setIntegrationStatus } from '../db/integrations/integrations';
import { getPool } from '../db/postgres/pool';
import { needsReconnect, syncHealth, type IntegrationHealth } from '../db/runs/health';
import { getProvider, getProviderName } from '../nodes/providers/registry';
import { readDatabaseSettings, type Invocation } from './invocation';

/** More than a terminal shows; scripts with more filter. */
const MAX_LISTED = 10_000;
const SYNC_EVERY_HOURS = 6;

export async function runConnectionList(invocation: Invocation): Promise<object> {
	const { provider, 'tenant-id': tenantId, 'needs-reconnect': onlyBroken } = invocation.flags;
	if (provider !== undefined) getProvider(provider);
	const pool = getPool(readDatabaseSettings(invocation));
	const filter = { provider, tenantId, syncEveryHours: SYNC_EVERY_HOURS, limit: MAX_LISTED };
	const found = (await syncHealth(pool, filter)).filter((one) => !onlyBroken || needsReconnect(one));
	for (const one of found) invocation.say(describeHealth(one));
	if (found.length === 0)
		invocation.say(
			onlyBroken ? 'No connection needs to be connected again.' : 'There is no such connection.',
		);
	return { connections: found.map(toListed) };
}

function describeHealth(one: IntegrationHealth): string {
	const why = needsReconnect(one) ? '  (needs to be connected again)' : '';
	return `${one.integrationId}  ${one.tenantName}  ${getProviderName(one.provider)}  ${one.status}${why}`;
}

const toListed = (one: IntegrationHealth): object => ({
	connectionId: one.integrationId,
	tenantId: one.tenantId,
	tenantName: one.tenantName,
	provider: one.provider,
	status: one.status,
	needsReconnect: needsReconnect(one),
	lastSuccessAt: one.lastSuccessAt,
	lastError: one.lastError?.message ?? null,
});

export async function runConnectionEnable(invocation: Invocation): Promise<object> {
	return await setStatus(invocation, 'ACTIVE', 'enable');
}

export async function runConnectionDisable(invocation: Invocation): Promise<object> {
	return await setStatus(invocation, 'DISABLED', 'disable');
}

async function setStatus(
	invocation: Invocation,
	status: 'ACTIVE' | 'DISABLED',
	verb: string,
): Promise<object> {
	const pool = getPool(readDatabaseSettings(invocation));
	const integrationId = await findConnection(pool, invocation, verb);
	const changed = await setIntegrationStatus(pool, { integrationId, status });
	invocation.say(
		`The connection of ${changed.tenantName} to ${getProviderName(changed.provider)} is ${changed.status}.`,
	);
	if (status === 'ACTIVE' && changed.status === 'PENDING')
		invocation.say('It has no token yet: it becomes ACTIVE once the tenant has connected.');
	return { connectionId: integrationId, status: changed.status };
}

export async function runConnectionDisconnect(invocation: Invocation): Promise<object> {
	const pool = getPool(readDatabaseSettings(invocation));
	const connectionId = await findConnection(pool, invocation, 'disconnect');
	const { integration } = await disconnectIntegration(pool, connectionId, {
		actor: 'zixly connection disconnect',
	});
	const { tenantName, provider, status, accountsFreed, runClosed } = integration;
	const name = getProviderName(provider);
	invocation.say(`Disconnected ${tenantName} from ${name}: its tokens are deleted, its data stays.`);
	invocation.say(
		`${name} still lists the app: the tenant removes it there. Connection: Disconnect in n8n ends the consent there too.`,
	);
	return { connectionId, status, accountsFreed, runClosed, consent: 'forgotten' };
}

/** @throws Error if neither an ID nor a tenant and provider are given, or there is no such connection */
async function findConnection(pool: Pool, { flags }: Invocation, verb: string): Promise<string> {
	const { 'connection-id': id, 'tenant-id': tenantId, provider } = flags;
	if (id) return id;
	if (!tenantId || !provider)
		throw new Error(
			`Name the connection: zixly connection ${verb} --connection-id ID, or --tenant-id ID --provider KEY`,
		);
	const [found] = await listIntegrations(pool, { tenantId, provider: getProvider(provider).key });
	if (found) return found.integrationId;
	throw new Error(`The tenant "${tenantId}" has no connection to ${getProviderName(provider)}.`);
}
