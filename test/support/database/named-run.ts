import type { NamedRun } from '../../../db/runs/take';
import { EXECUTION } from './run-holder';

/** The run that a message tells the truth about. */
export function namedRun(message: Record<string, unknown>): NamedRun {
	const { tenantId, integrationId, syncRunId, provider } = message as unknown as NamedRun;
	const run = { tenantId, integrationId, syncRunId, provider, executionId: EXECUTION };
	return { ...run, metadata: {}, accountIds: [], status: 'running' };
}
