import { isUpToDate } from '../../../db/runs/finish';
import { type SyncRun } from '../../../db/runs/list';

/** How far back the failed runs before this one are counted. */
export const RUNS_LOOKED_AT = 12;

/** How many of the runs, latest first, came before the latest success. */
export function failedInARow(earlier: SyncRun[]): number {
	const success = earlier.findIndex(isUpToDate);
	return success < 0 ? earlier.length : success;
}
