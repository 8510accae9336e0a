import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { deleteTenant, type DeletedTenant } from '../../../db/integrations/delete-tenant';
import { getDatabase } from '../../adapter/database';
import { addHint } from '../../adapter/hints';
import { mapItems } from '../../adapter/items';
import { readTenantId } from '../../adapter/parameters';
import { getProviderName } from '../../providers/registry';

/** Deletes the tenant of each item, if its name was typed as it is stored. */
export async function deleteTenants(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const name = String(context.getNodeParameter('confirmName', item, ''));
		const deleted = await deleteTenant(pool, { tenantId: readTenantId(context, item), name });
		addHint(context, { message: describeDeleted(deleted), type: 'info' });
		return [deleted];
	});
}

function describeDeleted({
	connections,
	deletedAt,
	deletedNow,
	readersLeft,
	tenantId,
}: DeletedTenant): string {
	if (!deletedNow) return `The tenant ${tenantId} was deleted already, at ${deletedAt}.`;
	const forgotten = connections.filter(({ consent }) => consent === 'forgotten');
	const kept = connections.filter(({ consent }) => consent === 'keptByN8n');
	return [
		`The tenant ${tenantId} is deleted, with ${countConnections(connections.length)}.`,
		...(forgotten.length > 0
			? [
					`The consents of ${countConnections(forgotten.length)} were only forgotten here, not revoked (${listProviders(forgotten)}): the tenant removes the app in its account there.`,
				]
			: []),
		...(kept.length > 0
			? [
					`The tokens of ${countConnections(kept.length)} are in n8n credentials (${listProviders(kept)}): delete those.`,
				]
			: []),
		...readersLeft,
		'In n8n itself delete what may hold its data: saved executions and pinned data.',
	].join(' ');
}

const countConnections = (count: number): string => (count === 1 ? '1 connection' : `${count} connections`);

const listProviders = (connections: DeletedTenant['connections']): string =>
	connections.map(({ provider }) => getProviderName(provider)).join(', ');
