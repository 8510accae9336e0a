import { deleteTenant, type DeletedTenant } from '../db/integrations/delete-tenant';
import { createTenant, listTenants, pauseTenant, updateTenant } from '../db/integrations/tenants';
import { getPool } from '../db/postgres/pool';
import { readDatabaseSettings, type Invocation } from './invocation';

export async function runTenantCreate(invocation: Invocation): Promise<object> {
	const { name, industry } = invocation.flags;
	if (!name) throw new Error('A tenant needs a name: zixly tenant create --name "Harbour Coffee"');
	const tenant = await createTenant(getPool(readDatabaseSettings(invocation)), { name, industry });
	invocation.say(`Created the tenant ${tenant.name} with id ${tenant.id}.`);
	return { id: tenant.id, name: tenant.name };
}

/** More than a terminal shows; scripts with more tenants search. */
const MAX_LISTED = 10_000;

export async function runTenantList(invocation: Invocation): Promise<object> {
	const { search } = invocation.flags;
	const pool = getPool(readDatabaseSettings(invocation));
	const tenants = await listTenants(pool, { search, limit: MAX_LISTED });
	for (const { id, name, pausedAt } of tenants) {
		invocation.say(`${id}  ${name}${pausedAt ? `  (paused since ${pausedAt})` : ''}`);
	}
	if (tenants.length === 0) invocation.say(search ? `No tenant has "${search}" in its name.` : NO_TENANT);
	return { tenants };
}

const NO_TENANT = 'There is no tenant yet: zixly tenant create --name "Harbour Coffee"';

export async function runTenantUpdate(invocation: Invocation): Promise<object> {
	const { name, industry } = invocation.flags;
	const tenantId = readTenantId(invocation, 'update');
	if (name === undefined && industry === undefined) {
		throw new Error('Nothing was given to change. Use --name or --industry.');
	}
	const pool = getPool(readDatabaseSettings(invocation));
	const tenant = await updateTenant(pool, tenantId, { name, industry });
	invocation.say(
		tenant.changed ? `Changed the tenant ${tenant.name}.` : 'Nothing changed: it was so already.',
	);
	return tenant;
}

export async function runTenantPause(invocation: Invocation): Promise<object> {
	const tenantId = readTenantId(invocation, 'pause');
	const tenant = await pauseTenant(getPool(readDatabaseSettings(invocation)), tenantId, true);
	const { runningSyncs: running } = tenant;
	const going =
		running > 0 ? ` ${running} running ${running === 1 ? 'sync ends' : 'syncs end'} as usual.` : '';
	invocation.say(`The tenant ${tenant.name} is paused since ${tenant.pausedAt}.${going}`);
	return tenant;
}

export async function runTenantResume(invocation: Invocation): Promise<object> {
	const tenantId = readTenantId(invocation, 'resume');
	const tenant = await pauseTenant(getPool(readDatabaseSettings(invocation)), tenantId, false);
	invocation.say(
		tenant.changed
			? `The tenant ${tenant.name} is synced again.`
			: `The tenant ${tenant.name} was not paused.`,
	);
	return tenant;
}

export async function runTenantDelete(invocation: Invocation): Promise<object> {
	const tenantId = readTenantId(invocation, 'delete');
	const { name } = invocation.flags;
	if (!name) throw new Error('Type the tenant’s name as well, as a safeguard: --name "Harbour Coffee"');
	invocation.say('The tenant is paused. Running syncs are waited for, at most a minute.');
	const deleted = await deleteTenant(getPool(readDatabaseSettings(invocation)), { tenantId, name });
	for (const line of describeDeleted(deleted)) invocation.say(line);
	return deleted;
}

function describeDeleted({
	connections,
	deletedAt,
	deletedNow,
	readersLeft,
	rowCounts,
	tenantId,
}: DeletedTenant): string[] {
	if (!deletedNow) return [`The tenant ${tenantId} was deleted already, at ${deletedAt}.`];
	const rows = Object.values(rowCounts).reduce((sum, count) => sum + count, 0);
	const forgotten = connections
		.filter(({ consent }) => consent === 'forgotten')
		.map(({ provider }) => provider);
	return [
		`Deleted the tenant ${tenantId} with ${rows} rows of ${Object.keys(rowCounts).length} tables.`,
		...(forgotten.length > 0
			? [
					`The consents at ${forgotten.join(', ')} were not revoked: the tenant removes the app in its account there.`,
				]
			: []),
		...readersLeft,
		'In n8n itself delete what may hold its data: saved executions, pinned data, and credentials of its own.',
	];
}

function readTenantId({ flags }: Invocation, verb: string): string {
	if (flags['tenant-id']) return flags['tenant-id'];
	throw new Error(`Name the tenant: zixly tenant ${verb} --tenant-id ID (zixly tenant list shows the ids)`);
}
