import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { disconnectIntegration } from '../../../db/integrations/connect/disconnect';
import { readIntegrationId } from '../../adapter/parameters';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { addHint } from '../../adapter/hints';
import { simplifyResults } from '../../adapter/simplify';
import { simplifyDisconnected } from './simplify';

/** Ends a connection: its tokens are deleted and its accounts become free for another tenant; the data stays. */
export async function disconnectConnection(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	let keptByN8n = false;
	const output = await mapItems(context, async (item) => {
		const { integration: ended } = await disconnectIntegration(pool, readIntegrationId(context, item));
		keptByN8n ||= ended.metadata.authentication === 'n8n';
		return simplifyResults(context, item, [ended], simplifyDisconnected);
	});
	if (keptByN8n) addHint(context, { message: KEPT_BY_N8N, type: 'info' });
	return output;
}

const KEPT_BY_N8N =
	'The token of this connection is kept in an n8n credential and was not deleted. Delete the credential to remove it.';
