import { ExplainedError } from '../../../db/postgres/explained-error';
import type { SavedPair } from '../../../db/rates/save';
import type { RejectedLine } from './published';
import type { SilentCurrency } from './silent-currencies';
import type { Recomputation } from './recompute';

/** The result of a load or an import. */
export interface Outcome {
	pairs: readonly SavedPair[];
	rejected: readonly RejectedLine[];
	/** Currencies without any rate in the response; empty for an import. */
	silent?: readonly SilentCurrency[];
	recomputation: Recomputation;
	/** How many rejected records lacked a rate that is available now. */
	replayable: number;
	/** How many still lack one. */
	stillMissing: number;
}

/** The totals of a load or an import: the last item of a report. */
export interface RateSummary {
	type: 'SUMMARY';
	source: string;
	added: number;
	corrected: number;
	unchanged: number;
	rejected: number;
	/** Currencies without any rate. */
	withoutRates: string[];
	newestDay: string | null;
	recomputedRows: number;
	replayableRecords: number;
	recordsStillWithoutRate: number;
}

/** Rejected lines in the output; the summary counts them all. */
const MAX_SHOWN = 1_000;

/**
 * Builds one item per pair, rejected line and recomputed row, and a summary.
 * @throws Error if a tenant's rows could not be recomputed, since nobody reads the items of a scheduled workflow
 */
export function report(source: string, outcome: Outcome): object[] {
	const { pairs, rejected, silent = [], recomputation, replayable, stillMissing } = outcome;
	complain(recomputation);
	const sum = (name: 'added' | 'corrected' | 'unchanged'): number =>
		pairs.reduce((total, pair) => total + pair[name], 0);
	const summary: RateSummary = {
		type: 'SUMMARY',
		source,
		added: sum('added'),
		corrected: sum('corrected'),
		unchanged: sum('unchanged'),
		rejected: rejected.length,
		withoutRates: silent.map(({ currency }) => currency),
		newestDay:
			pairs
				.map(({ newestDay }) => newestDay)
				.sort()
				.at(-1) ?? null,
		recomputedRows: recomputation.recomputed,
		replayableRecords: replayable,
		recordsStillWithoutRate: stillMissing,
	};
	return [
		...pairs.map((pair) => ({ type: 'RATES', ...pair })),
		...rejected.slice(0, MAX_SHOWN).map((line) => ({ type: 'REJECTED', source, ...line })),
		...silent.map((one) => ({ type: 'NO_RATES', source, ...one })),
		...recomputation.rows.map((row) => ({ type: 'RECOMPUTED', ...row })),
		summary,
	];
}

function complain({ failures }: Recomputation): void {
	const [first] = failures;
	if (!first) return;
	const others = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
	throw new ExplainedError(
		`The rates are stored, but the rows of ${first.tenantName}${others} could not be recomputed.`,
		`The next run tries again; if it fails too, fix this: ${first.message}`,
	);
}
