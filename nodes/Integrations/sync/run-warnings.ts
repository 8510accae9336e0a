import { isUpToDate } from '../../../db/runs/finish';
import { type SyncRun } from '../../../db/runs/list';
import { providers } from '../../providers/registry';
import { imbalances } from '../../shared/counts';

type CountedRun = Pick<SyncRun, 'provider' | 'counts' | 'status' | 'error'>;

/**
 * What does not add up in a run, and the streams that had data and now yield none.
 * @param earlier the runs of the connection before it, newest first
 */
export function findWarnings(run: CountedRun | undefined, earlier: readonly CountedRun[]): string[] {
	if (!run) return [];
	const before = earlier.find(isUpToDate)?.counts ?? {};
	return Object.entries(run.counts).flatMap(([stream, counts]) => {
		const had = before[stream]?.records.extracted ?? 0;
		const isEmpty = counts.records.extracted === 0 && had > 0 && isReadInFull(run.provider, stream);
		return [...imbalances(stream, counts), ...(isEmpty ? [nothingCame(stream, had)] : [])];
	});
}

/** A stream that gives only what has changed is empty in every quiet run. */
function isReadInFull(provider: string, key: string): boolean {
	const stream = providers[provider]?.streams.find((one) => one.key === key);
	return stream?.reading === 'calendarMonths' || stream?.givesAll === true;
}

const nothingCame = (stream: string, had: number): string =>
	`${stream}: nothing came, where the run before had ${had} records. Nothing was deleted.`;
