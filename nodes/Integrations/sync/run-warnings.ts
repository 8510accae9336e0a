import { isUpToDate } from '../../../db/runs/finish';
import { type SyncRun } from '../../../db/runs/list';
import { providers } from '../../providers/registry';
import { imbalances } from '../../shared/counts';

type CountedRun = Pick<SyncRun, 'provider' | 'counts' | 'status' | 'error'>;

/**
 * Warns of counts that do not add up, and of streams that had data before and returned none now.
 * @param earlier previous runs of the connection, newest first
 * @param hasFailed whether something of the run failed, which explains a stream without records
 */
export function findWarnings(
	run: CountedRun | undefined,
	earlier: readonly CountedRun[],
	hasFailed = false,
): string[] {
	if (!run) return [];
	const before = earlier.find(isUpToDate)?.counts ?? {};
	return Object.entries(run.counts).flatMap(([stream, counts]) => {
		const had = before[stream]?.records.extracted ?? 0;
		const isEmpty =
			!hasFailed && counts.records.extracted === 0 && had > 0 && isReadInFull(run.provider, stream);
		return [...imbalances(stream, counts), ...(isEmpty ? [nothingCame(stream, had)] : [])];
	});
}

/** Whether each run reads the whole stream: one that returns only changes is often empty. */
function isReadInFull(provider: string, key: string): boolean {
	const stream = providers[provider]?.streams.find((one) => one.key === key);
	return stream?.reading === 'calendarMonths' || stream?.givesAll === true;
}

const nothingCame = (stream: string, had: number): string =>
	`${stream}: no records were returned, although the previous run had ${had}. Nothing was deleted.`;
