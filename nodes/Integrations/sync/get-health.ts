import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { syncHealth, type IntegrationHealth } from '../../../db/runs/health';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { readMaxRows } from '../../adapter/limit';
import { readFilter } from '../../adapter/parameters';
import { describeWhatToDo } from './advice';
import { simplifyResults } from '../../adapter/simplify';
import { buildAlerts } from './alerts';
import { simplifyHealth, type ShownHealth } from './simplify';

interface Filters {
	provider?: string;
	tenantId?: unknown;
}

interface HealthOptions {
	abandonedFrom?: number;
	rejectedFrom?: number;
	staleAfter?: number;
	syncEvery?: number;
}

/** Lists the health of every connection, or only the alerts: one item each. */
export async function getHealth(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	return await mapItems(context, async (item) => {
		const { provider, tenantId } = context.getNodeParameter('filters', item, {}) as Filters;
		const options = context.getNodeParameter('options', item, {}) as HealthOptions;
		const health = await syncHealth(pool, {
			provider: provider || undefined,
			tenantId: readFilter(tenantId),
			syncEveryHours: options.syncEvery ?? 6,
			limit: readMaxRows(context, item),
		});
		const now = new Date();
		if (context.getNodeParameter('show', item, 'all') === 'all')
			return simplifyResults(
				context,
				item,
				health.map((one) => showHealth(one, now)),
				simplifyHealth,
			);
		const { staleAfter = 24, rejectedFrom = 10, abandonedFrom = 3 } = options;
		const limits = { staleAfterHours: staleAfter, rejectedFrom, abandonedFrom };
		return health.flatMap((one) => buildAlerts(one, limits, now));
	});
}

/** Adds how long ago the last success was, how late the next run is, and what to do. */
function showHealth(health: IntegrationHealth, now: Date): ShownHealth {
	const { lastSuccessAt, nextDue, authentication, expiresAt } = health;
	const minutesSince = (instant: string): number => (now.getTime() - Date.parse(instant)) / 60_000;
	return {
		...health,
		hasToken: authentication === 'stored' ? expiresAt !== null : null,
		minutesSinceSuccess: lastSuccessAt === null ? null : Math.floor(minutesSince(lastSuccessAt)),
		minutesLate: nextDue === null ? null : Math.max(0, Math.floor(minutesSince(nextDue))),
		whatToDo: describeWhatToDo(health),
	};
}
