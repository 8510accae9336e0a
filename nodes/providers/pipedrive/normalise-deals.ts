import type { RateNeed } from '../../../db/exchange-rates';
import { attempt, Rejection } from '../../shared/rejection';
import { shaped } from '../../shared/shape';
import { dealRatesNeeded, leadEventRows } from '../lead-events';
import type { LooseRecord, Normalised, Normaliser, RawRecord } from '../normaliser';
import { historyOf } from './deal-history';
import { goneShape, recordShape, unknownIn, type GoneRecord } from './shapes';

/** Pipedrive's deal with its changes of stage becomes a row of `lead_events` for each stage it entered. */
export const deals: Normaliser = {
	ages: true,

	ratesNeeded(raw, settings): RateNeed[] {
		const gone = goneShape.safeParse(raw.record).data;
		if (!gone || isGone(gone)) return [];
		const record = recordShape.safeParse(raw.record).data;
		const history = record && attempt(() => historyOf(record, raw.account, settings));
		if (!history || history instanceof Rejection) return [];
		return dealRatesNeeded(history, raw, settings);
	},

	normalise(raw, settings, conversion): Normalised {
		const gone = shaped(goneShape, raw.record, '');
		if (isGone(gone)) return deletionOf(gone, raw);
		const record = shaped(recordShape, raw.record, '');
		const rows = leadEventRows(historyOf(record, raw.account, settings), raw, settings, conversion);
		return { rows, unknownProperties: unknownIn((raw.record as { deal: object }).deal) };
	},

	complete({ record, now }: LooseRecord) {
		const completed = 'deal' in record ? record : { ...ALONE, deal: record };
		const { id } = completed.deal as { id?: unknown };
		return { recordId: String(id ?? ''), fetchedAt: now, record: completed };
	},
};

/** A deal that came without its history: all that is known is where it stands. */
const ALONE = { stageChanges: [], stages: [], pipelines: [], organization: null };

/** The status may still say what it was before. */
const isGone = ({ deal }: GoneRecord): boolean => deal.is_deleted === true || deal.status === 'deleted';

function deletionOf({ deal }: GoneRecord, { fetchedAt }: RawRecord): Normalised {
	const deletedAt = deal.update_time ?? fetchedAt;
	return {
		rows: [],
		deletions: [{ table: 'lead_events', leadId: deal.id, deletedAt }],
		unknownProperties: [],
	};
}
