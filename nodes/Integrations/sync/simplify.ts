import type { RunStatus, StreamCounts, SyncRun } from '../../../db/runs/list';
import type { FinishedRun } from '../../../db/runs/finish';
import type { IntegrationHealth } from '../../../db/runs/health';
import { getProviderName } from '../../providers/registry';
import { excerpt } from '../../shared/text';
import { describeConnectionStatus, describeRunStatus, formatDuration, formatInstant } from '../words';
import { describeProgress } from './progress';

type EndedRun = FinishedRun & { tenantName?: string; hasMore?: boolean; nextDue?: string | null };

/** A finished run, flat and in words. */
export function simplifyEndedRun(run: EndedRun): object {
	const { inserted, updated, unchanged, read, rejected } = sumCounts(run.counts);
	return {
		tenant: run.tenantName ?? run.tenantId,
		provider: getProviderName(run.provider),
		status: describeRunStatus(run.status),
		message: describeOutcome(run),
		read,
		inserted,
		updated,
		unchanged,
		rejected,
		// The word, not the instant: zixly-catch-up asks for it, and clocks differ.
		nextDue: run.hasMore ? 'Now' : formatInstant(run.nextDue),
	};
}

/** A run of the history, flat and in words. */
export function simplifyRun(run: SyncRun): object {
	const { inserted, updated, read, rejected } = sumCounts(run.counts);
	const end = run.finishedAt ? Date.parse(run.finishedAt) : Date.now();
	return {
		tenant: run.tenantName,
		provider: getProviderName(run.provider),
		status: describeRunStatus(run.status),
		message: describeProgress(run) ?? describeOutcome(run, MAX_IN_TABLE),
		started: formatInstant(run.startedAt),
		duration: formatDuration(end - Date.parse(run.startedAt)),
		read: run.status === 'running' ? (run.progress?.records ?? read) : read,
		written: inserted + updated,
		rejected,
		id: run.id,
	};
}

/** Health with what is computed for people. */
export interface ShownHealth extends IntegrationHealth {
	hasToken: boolean | null;
	minutesSinceSuccess: number | null;
	minutesLate: number | null;
	whatToDo: string | null;
}

/** The health of a connection, flat and in words. */
export function simplifyHealth(health: ShownHealth): object {
	const { minutesLate } = health;
	return {
		tenant: health.tenantName,
		provider: getProviderName(health.provider),
		state: describeState(health),
		whatToDo: health.whatToDo,
		reason: health.lastError && excerpt(health.lastError.message, MAX_MESSAGE),
		lastSuccess: formatInstant(health.lastSuccessAt),
		lateBy: minutesLate ? formatDuration(minutesLate * 60_000) : null,
		rejected: health.openRejected,
		nextDue: formatInstant(health.nextDue),
		connectionId: health.integrationId,
	};
}

/** An hourly schedule picks up what became due since: that is not late. */
const LATE_AFTER_MINUTES = 60;

function describeState(health: ShownHealth): string {
	const { status, tenantPausedAt, runningSince, lastError, minutesLate } = health;
	if (tenantPausedAt) return 'Tenant paused';
	if (status !== 'ACTIVE') return describeConnectionStatus(status);
	if (runningSince) return 'Running';
	if ((minutesLate ?? 0) > LATE_AFTER_MINUTES) return 'Late';
	return lastError ? 'Tries again' : 'OK';
}

/** In characters. */
const MAX_MESSAGE = 1_000;
/** In a table of n8n a longer text makes a row higher than the screen. */
export const MAX_IN_TABLE = 200;

const WITHOUT_MESSAGE: Readonly<Record<RunStatus, string>> = {
	abandoned: 'The process ended before the run was finished. The next run resumes from the last state.',
	failed: 'The reason is unknown.',
	partial: 'Some accounts, streams or records were not stored.',
	running: 'Still running.',
	succeeded: 'Up to date.',
};

/** What happened, in words: the failure first, then the warnings. */
export function describeOutcome(
	run: Pick<SyncRun, 'status' | 'error' | 'warnings'> & { hasMore?: boolean },
	limit = MAX_MESSAGE,
): string {
	const failure = typeof run.error?.message === 'string' ? [run.error.message] : [];
	const said = [...failure, ...run.warnings].join(' ');
	if (said) return excerpt(said, limit);
	return run.hasMore ? 'There is more to read. The next run continues.' : WITHOUT_MESSAGE[run.status];
}

/** Totals over all streams. `rejected` counts records, and rows that the database rejected. */
export function sumCounts(streams: Record<string, StreamCounts>) {
	const sum = (kind: keyof StreamCounts, name: string): number =>
		Object.values(streams).reduce((total, counts) => total + (counts[kind]?.[name] ?? 0), 0);
	return {
		read: sum('records', 'extracted'),
		inserted: sum('rows', 'inserted'),
		updated: sum('rows', 'updated'),
		unchanged: sum('rows', 'unchanged'),
		rejected: sum('records', 'rejected') + sum('rows', 'rejected'),
	};
}
