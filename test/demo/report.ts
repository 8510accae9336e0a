import type { BookedRun } from '../support/database/stored';
import type { Check } from './checks';

export interface NumberedRun extends BookedRun {
	run: 1 | 2;
}

export interface Demonstration {
	runs: NumberedRun[];
	checks: Check[];
}

export function isGood({ checks }: Demonstration): boolean {
	return checks.every(({ holds }) => holds);
}

/** One JSON object, as DESIGN 5.6 words it. */
export function asJson(demonstration: Demonstration): string {
	const syncs = demonstration.runs.map(({ provider, tenant, run, status, records, rows, durationMs }) => ({
		provider,
		tenant,
		run,
		status,
		records,
		rows,
		durationMs,
	}));
	return JSON.stringify({ ok: isGood(demonstration), syncs });
}

/** The same for a person. */
export function asText({ runs, checks }: Demonstration): string {
	return [...runLines(runs), '', ...checks.flatMap(checkLines)].join('\n');
}

const COLUMNS: Array<[title: string, value: (run: NumberedRun) => string | number]> = [
	['tenant', ({ tenant }) => tenant],
	['provider', ({ provider }) => provider],
	['run', ({ run }) => run],
	['status', ({ status }) => status],
	['records', ({ records }) => records.extracted],
	['rejected', ({ records, rows }) => records.rejected + rows.rejected],
	['inserted', ({ rows }) => rows.inserted],
	['updated', ({ rows }) => rows.updated],
	['unchanged', ({ rows }) => rows.unchanged],
	['ms', ({ durationMs }) => durationMs],
];

function runLines(runs: NumberedRun[]): string[] {
	const table = [
		COLUMNS.map(([title]) => title),
		...runs.map((run) => COLUMNS.map(([, value]) => String(value(run)))),
	];
	const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
	return table.map((row) =>
		row
			.map((cell, column) =>
				/^\d+$/.test(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
			)
			.join('  ')
			.trimEnd(),
	);
}

function checkLines({ claim, holds, details }: Check): string[] {
	return [`${holds ? '✓' : '✗'} ${claim}`, ...details.slice(0, 10).map((detail) => `    ${detail}`)];
}
