import type { IExecuteFunctions } from 'n8n-workflow';

import { readSimplify } from '../../adapter/simplify';
import type { RateSummary } from './report';

/** Keeps only the summary of a report, unless Simplify is off: the items of a report have different fields. */
export function simplifyReport(context: IExecuteFunctions, item: number, reported: object[]): object[] {
	if (!readSimplify(context, item)) return reported;
	return reported.slice(-1).map((summary) => simplifySummary(summary as RateSummary));
}

/** The totals, flat; the kind last. */
const simplifySummary = (summary: RateSummary): object => ({
	source: summary.source,
	added: summary.added,
	corrected: summary.corrected,
	rejected: summary.rejected,
	withoutRates: summary.withoutRates.join(', '),
	newestDay: summary.newestDay,
	recomputedRows: summary.recomputedRows,
	replayableRecords: summary.replayableRecords,
	recordsStillWithoutRate: summary.recordsStillWithoutRate,
	type: summary.type,
});
