import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { getRunDetail, type RunDetail } from '../../../db/runs/detail';
import { getDatabase } from '../../adapter/database';
import { mapItems } from '../../adapter/items';
import { isStorable } from '../../../db/postgres/storable-text';
import { listAccounts, listRejections, listStreams, showOverview } from './run-detail';
import { buildTimeline } from './timeline';

/** Shows one run in detail: in one item, or one part of it with an item per line. */
export async function getRun(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const pool = await getDatabase(context);
	const instanceId = context.getInstanceId();
	return await mapItems(context, async (item) => {
		const runId = String(context.getNodeParameter('runId', item, '', { extractValue: true }) ?? '').trim();
		if (!isStorable(runId)) return [];
		const run = await getRunDetail(pool, runId || undefined);
		const show = context.getNodeParameter('show', item, 'overview') as keyof typeof VIEWS;
		return run ? VIEWS[show](run, instanceId) : [];
	});
}

/** What the field Show offers. */
const VIEWS = {
	accounts: listAccounts,
	everything: (run: RunDetail, instanceId: string): object[] => [
		{
			...showOverview(run, instanceId),
			timeline: buildTimeline(run, instanceId),
			streams: listStreams(run),
			accounts: listAccounts(run),
			rejected: listRejections(run),
			warnings: run.warnings,
			error: run.error,
			reading: run.progress,
			...{ tenantId: run.tenantId, connectionId: run.integrationId },
		},
	],
	overview: (run: RunDetail, instanceId: string): object[] => [showOverview(run, instanceId)],
	rejected: listRejections,
	streams: listStreams,
	timeline: buildTimeline,
} satisfies Record<string, (run: RunDetail, instanceId: string) => object[]>;
