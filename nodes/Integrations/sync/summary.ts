import type { INodeExecutionData } from 'n8n-workflow';

import type { FinishedRun } from '../../../db/runs/finish';
import { describeReason, nameRun, type NamedRun } from './failed-runs';

/** What Finish tells a person who looks at its output. */
export interface Summary {
	message: string;
	type: 'info' | 'warning';
}

/**
 * Summarizes how the runs ended, and names those that did not store everything.
 * @param items the items that Finish got
 */
export function summarizeFinished(runs: readonly NamedRun[], items: readonly INodeExecutionData[]): Summary {
	if (runs.length === 0) return { message: explainNoRun(items), type: 'info' };
	const incomplete = runs.filter(({ status }) => status !== 'succeeded');
	const named = incomplete.slice(0, MAX_NAMED).map((run) => `${nameRun(run)}: ${describeReason(run)}`);
	const others =
		incomplete.length > MAX_NAMED ? [`${incomplete.length - MAX_NAMED} more: see the items.`] : [];
	const message = [`${countStatuses(runs)}. ${countRows(runs)}.`, ...named, ...others].join(' ');
	return { message, type: incomplete.length > 0 ? 'warning' : 'info' };
}

const MAX_NAMED = 5;

function countStatuses(runs: readonly FinishedRun[]): string {
	const counted = STATUSES.map(
		(status) => [status, runs.filter((run) => run.status === status).length] as const,
	);
	return counted
		.filter(([, count]) => count > 0)
		.map(([status, count]) => `${count} ${status}`)
		.join(', ');
}

const STATUSES = ['succeeded', 'partial', 'failed', 'abandoned', 'running'] as const;

function countRows(runs: readonly FinishedRun[]): string {
	const tallies = runs.flatMap(({ counts }) => Object.values(counts).map(({ rows }) => rows));
	const sum = (outcome: string): number => tallies.reduce((total, rows) => total + (rows[outcome] ?? 0), 0);
	return `Rows: ${sum('inserted')} inserted, ${sum('updated')} updated, ${sum('unchanged')} unchanged`;
}

function explainNoRun(items: readonly INodeExecutionData[]): string {
	return items.some(({ json }) => json.preview === true)
		? 'A preview has no run to finish: nothing was stored, and no state changed.'
		: 'This execution has no open run to finish.';
}
