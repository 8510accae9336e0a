import type { INodeExecutionData } from 'n8n-workflow';

import type { RunToExtract } from '../engine/read/run';
import type { OwnRuns } from '../adapter/own-runs';

/** Whether an item is a claimed run: messages have a type, and other items have no run id. */
export function namesRun({ json }: INodeExecutionData): boolean {
	return json.type === undefined && typeof json.syncRunId === 'string' && json.syncRunId !== '';
}

/**
 * Finds each item's run as the database has it: `again` after its first item, undefined for any other item.
 * @throws StrangerError for a run that is not this execution's
 */
export function claimedRuns(
	items: readonly INodeExecutionData[],
	runs: OwnRuns,
): Array<RunToExtract | 'again' | undefined> {
	const seen = new Set<string>();
	return items.map((item, index) => {
		if (!namesRun(item)) return undefined;
		const run = runs.find(item.json);
		if (!run) throw runs.explain(item.json, index);
		const { tenantId, integrationId, syncRunId, provider, metadata } = run;
		if (integrationId === null) return undefined;
		if (seen.has(syncRunId)) return 'again';
		seen.add(syncRunId);
		return { tenantId, integrationId, syncRunId, provider, metadata };
	});
}
