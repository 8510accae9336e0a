import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { listRuns } from '../../../db/runs/list';
import { getDatabase } from '../../adapter/database';
import { showExecution } from '../../adapter/execution';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';
import { readFilter } from '../../adapter/parameters';
import { simplifyResults } from '../../adapter/simplify';
import { simplifyRun } from './simplify';

interface Filters {
	integrationId?: unknown;
	status?: string;
	tenantId?: unknown;
}

/** Lists the latest runs, newest first, with their counts and outcome. */
export async function getRuns(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const filters = context.getNodeParameter('filters', item, {}) as Filters;
		const runs = await listRuns(pool, {
			integrationId: readFilter(filters.integrationId),
			status: filters.status || undefined,
			tenantId: readFilter(filters.tenantId),
			limit: readMaxRows(context, item),
		});
		const instanceId = context.getInstanceId();
		const shown = runs.map((run) => ({ ...run, executionId: showExecution(run.executionId, instanceId) }));
		return simplifyResults(context, item, shown, simplifyRun);
	});
}
