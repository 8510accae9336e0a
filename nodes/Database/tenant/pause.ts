import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { pauseTenant, type PausedTenant } from '../../../db/integrations/tenants';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';
import { readTenantId } from '../../adapter/parameters';

/** Pauses the tenant of each item: its connections are not claimed until it is resumed. */
export async function pauseTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return await setPaused(context, true);
}

/** Resumes the tenant of each item. */
export async function resumeTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	return await setPaused(context, false);
}

async function setPaused(context: IExecuteFunctions, pause: boolean): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const results: PausedTenant[] = [];
	const output = await mapItems(context, async (item) => {
		const tenant = await pauseTenant(pool, readTenantId(context, item), pause);
		results.push(tenant);
		return [tenant];
	});
	const message = pause ? explainPaused(results) : explainResumed(results);
	if (message) addHint(context, { message, type: 'info' });
	return output;
}

function explainPaused(tenants: PausedTenant[]): string | undefined {
	if (tenants.length === 0) return undefined;
	const running = tenants.reduce((count, { runningSyncs }) => count + runningSyncs, 0);
	const going =
		running === 0
			? 'No sync is running.'
			: `${running} running ${running === 1 ? 'sync ends' : 'syncs end'} as usual.`;
	return `${nameTenants(tenants)} paused: no sync begins until Tenant: Resume. ${going} Uploads and replays still work.`;
}

function explainResumed(tenants: PausedTenant[]): string | undefined {
	const idle = tenants.filter(({ changed }) => !changed);
	return idle.length > 0 ? `${nameTenants(idle)} not paused, so nothing changed.` : undefined;
}

const nameTenants = ([first, ...others]: PausedTenant[]): string =>
	others.length === 0 ? `The tenant "${first!.name}" is` : `${others.length + 1} tenants are`;
