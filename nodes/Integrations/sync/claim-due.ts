import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { claimDue } from '../../../db/sync-runs';
import { databaseFor } from '../../shared/n8n/database';
import { paired } from '../../shared/n8n/items';

interface ClaimOptions {
	syncEvery?: number;
}

/** Opens a run for every connection that is due: one item each, none where nothing is due. */
export async function claimDueRuns(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const options = context.getNodeParameter('options', 0, {}) as ClaimOptions;
	const integrationId = context.getNodeParameter('integrationId', 0, '', { extractValue: true }) as string;
	const authentication = context.getNodeParameter('authentication', 0) === 'n8nCredential' ? 'n8n' : 'stored';
	if (authentication === 'n8n' && !integrationId) throw new Error(CHOOSE_ONE);
	const runs = await claimDue(await databaseFor(context), {
		provider: context.getNodeParameter('provider', 0) as string,
		authentication,
		integrationId: integrationId || undefined,
		limit: context.getNodeParameter('limit', 0, 50) as number,
		syncEveryHours: options.syncEvery ?? 6,
		executionId: context.getExecutionId(),
		runNow: startedByHand(context),
	});
	return runs.map((run) => paired(run, 0));
}

// One credential is one consent: with another tenant's connection its data would land with the wrong tenant.
const CHOOSE_ONE =
	'No connection is chosen. An n8n credential belongs to one connection: pick it in the field Integration, or make it with Connection: Create.';

/** A person who starts a sync does not want to hear that it is not due yet. */
function startedByHand(context: IExecuteFunctions): boolean {
	const mode: string = context.getMode();
	return mode === 'manual' || mode === 'cli';
}
