import type { Logger } from 'n8n-workflow';
import type { Pool } from 'pg';

import { releaseRuns } from '../../db/runs/claim';
import { finishRun } from '../../db/runs/finish';
import type { RunToExtract } from '../engine/read/run';
import type { ReadFailure } from '../engine/contract/failure';
import { withoutSecrets } from '../shared/secrets';

/** Closes runs that this execution cannot read, due again at once instead of when their leases end. */
export async function closeUnread(
	pool: Pool,
	runs: RunToExtract[],
	failure: ReadFailure,
	log: Logger,
): Promise<void> {
	for (const { tenantId, syncRunId } of runs) {
		const error = { class: failure.failureClass, message: failure.message };
		const outcome = {
			tenantId,
			syncRunId,
			status: 'failed',
			error,
			retryInMs: 0,
		} as const;
		try {
			await finishRun(pool, outcome);
		} catch (unreleased) {
			// Only logged, so that it does not hide the first error. The run's lease ends anyway.
			log.warn(`Run ${syncRunId} could not be closed: ${withoutSecrets((unreleased as Error).message)}`);
		}
	}
}

/** Releases runs that were claimed but not started; the next execution takes them. */
export async function release(pool: Pool, runs: readonly RunToExtract[]): Promise<void> {
	if (runs.length > 0)
		await releaseRuns(
			pool,
			runs.map(({ syncRunId }) => syncRunId),
		);
}
