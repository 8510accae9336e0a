import type { SavedPair } from '../../../db/rates/save';
import type { RefusedLine } from './published';
import type { SilentCurrency } from './silent-currencies';
import type { Recomputation } from './recompute';

/** What a load or an import did. */
export interface Outcome {
	pairs: readonly SavedPair[];
	refused: readonly RefusedLine[];
	/** Of which nothing came; none of an import. */
	silent?: readonly SilentCurrency[];
	recomputation: Recomputation;
	/** How many rejected records lacked a rate that is there now. */
	replayable: number;
	/** How many still lack one. */
	stillMissing: number;
}

/** So many refused lines are shown; the summary counts them all. */
const MAX_SHOWN = 1_000;

/**
 * One item for each pair, refused line and recomputed row, then a summary.
 * @throws Error where a tenant's rows could not be looked at: nobody sees the items of a workflow that runs by itself
 */
export function report(source: string, outcome: Outcome): object[] {
	const { pairs, refused, silent = [], recomputation, replayable, stillMissing } = outcome;
	complain(recomputation);
	const sum = (name: 'added' | 'corrected' | 'unchanged'): number =>
		pairs.reduce((total, pair) => total + pair[name], 0);
	return [
		...pairs.map((pair) => ({ type: 'RATES', ...pair })),
		...refused.slice(0, MAX_SHOWN).map((line) => ({ type: 'REFUSED', source, ...line })),
		...silent.map((one) => ({ type: 'NO_RATES', source, ...one })),
		...recomputation.rows.map((row) => ({ type: 'RECOMPUTED', ...row })),
		{
			type: 'SUMMARY',
			source,
			added: sum('added'),
			corrected: sum('corrected'),
			unchanged: sum('unchanged'),
			refused: refused.length,
			withoutRates: silent.map(({ currency }) => currency),
			newestDay:
				pairs
					.map(({ newestDay }) => newestDay)
					.sort()
					.at(-1) ?? null,
			recomputedRows: recomputation.recomputed,
			replayableRecords: replayable,
			recordsStillWithoutRate: stillMissing,
		},
	];
}

function complain({ failures }: Recomputation): void {
	const [first] = failures;
	if (!first) return;
	const others = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
	throw new Error(
		`The rates are stored, but the rows of ${first.tenantName}${others} could not be converted anew. The next run does it; if it fails again, mend this: ${first.message}`,
	);
}
