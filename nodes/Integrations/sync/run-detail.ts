import type { RunDetail } from '../../../db/runs/detail';
import { showExecution } from '../../adapter/execution';
import { getProviderName } from '../../providers/registry';
import { excerpt } from '../../shared/text';
import { describeRunStatus, formatDuration, formatInstant } from '../words';
import { adviseOnError, describeRejected } from './advice';
import { describeProgress } from './progress';
import { describeOutcome, MAX_IN_TABLE, sumCounts } from './simplify';

/** A run in ten fields, in words. */
export function showOverview(run: RunDetail, instanceId: string): Record<string, unknown> {
	const end = run.finishedAt ? Date.parse(run.finishedAt) : Date.now();
	return {
		tenant: run.tenantName,
		provider: getProviderName(run.provider),
		status: describeRunStatus(run.status),
		message: describeProgress(run) ?? describeOutcome(run, MAX_IN_TABLE),
		whatToDo: describeRemedy(run),
		started: `${formatInstant(run.startedAt)}, ${describeStart(run, instanceId)}`,
		duration: formatDuration(end - Date.parse(run.startedAt)),
		reading: describeReading(run),
		rows: describeRows(run),
		runId: run.id,
	};
}

/** By whom the run was opened, such as "by schedule, execution 35". */
export function describeStart({ mode, executionId }: RunDetail, instanceId: string): string {
	const by = (mode && STARTED_BY.get(mode)) ?? mode ?? 'unknown';
	return `${by}, execution ${showExecution(executionId, instanceId) ?? 'unknown'}`;
}

const STARTED_BY = new Map([
	['manual', 'by hand'],
	['cli', 'by n8n execute'],
	['trigger', 'by schedule'],
	['webhook', 'by a form or webhook'],
	['retry', 'by a retry'],
	['integrated', 'by another workflow'],
	['error', 'by an error workflow'],
]);

function describeRemedy(run: RunDetail): string | null {
	const open = run.rejected.reduce((total, one) => total + one.open, 0);
	const [most] = run.rejected.filter((one) => one.open > 0).toSorted((a, b) => b.open - a.open);
	const failureClass = typeof run.error?.class === 'string' ? run.error.class : undefined;
	const parts = [
		...(failureClass ? [adviseOnError({ class: failureClass }, run.authentication)] : []),
		...(most
			? [describeRejected({ openRejected: open, rejectedReason: { ...most, records: most.open } })]
			: []),
	];
	return parts.length > 0 ? parts.join(' ') : null;
}

function describeReading({ progress, counts }: RunDetail): string | null {
	const { read } = sumCounts(counts);
	if (!progress) return read > 0 ? `${read} records` : null;
	const { calls, waitedMs, records } = progress;
	const waits = waitedMs >= 1_000 ? `, waited ${formatDuration(waitedMs)} for rate limits and retries` : '';
	return `${Math.max(read, records)} records, ${calls} calls${waits}`;
}

function describeRows({ counts }: RunDetail): string {
	const { inserted, updated, unchanged, rejected } = sumCounts(counts);
	return `${inserted} inserted, ${updated} updated, ${unchanged} unchanged, ${rejected} rejected`;
}

/** What became of the records and rows of each stream. */
export function listStreams({ counts }: RunDetail): object[] {
	return Object.entries(counts).map(([stream, { records = {}, rows = {} }]) => ({
		stream,
		read: records.extracted ?? 0,
		normalised: records.normalised ?? 0,
		skipped: records.skipped ?? 0,
		filtered: records.filtered ?? 0,
		rejected: (records.rejected ?? 0) + (rows.rejected ?? 0),
		...{ inserted: rows.inserted ?? 0, updated: rows.updated ?? 0, unchanged: rows.unchanged ?? 0 },
		otherRows: (rows.superseded ?? 0) + (rows.deduplicated ?? 0),
	}));
}

/** The accounts of the connection, with what this run stored last of each. */
export function listAccounts({ accounts }: RunDetail): object[] {
	return accounts.map(({ accountId, name, currency, timezone, enabled, stored }) => ({
		account: name ?? accountId,
		stored: stored.map(({ stream }) => stream).join(', ') || 'nothing, or a later run has stored it since',
		currency,
		timeZone: timezone,
		enabled,
		accountId,
	}));
}

/** Why records were rejected, the most frequent reason first. */
export function listRejections({ rejected }: RunDetail): object[] {
	return rejected.map(({ records, open, code, message, stream, stage }) => ({
		...{ records, stillOpen: open, reason: code },
		message: excerpt(message, MAX_MESSAGE),
		...{ stream, stage },
	}));
}

const MAX_MESSAGE = 1_000;
