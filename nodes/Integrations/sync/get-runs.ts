import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listRuns } from '../../../db/runs/list';
import { getDatabase } from '../../adapter/database';
import { showExecution } from '../../adapter/execution';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';
import { simplifyResults } from '../../adapter/simplify';
import { simplifyRun } from './simplify';

interface Filters {
	integrationId?: string;
	status?: string;
	tenantId?: string;
}

/** Lists the latest runs, newest first, with their counts and outcome. */
export async function getRuns(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const filters = context.getNodeParameter('filters', item, {}) as Filters;
		const runs = await listRuns(pool, {
			integrationId: filters.integrationId || undefined,
			status: filters.status || undefined,
			tenantId: filters.tenantId || undefined,
			limit: readMaxRows(context, item),
		});
		const instanceId = context.getInstanceId();
		const shown = runs.map((run) => ({ ...run, executionId: showExecution(run.executionId, instanceId) }));
		return simplifyResults(context, item, shown, simplifyRun);
	});
}
