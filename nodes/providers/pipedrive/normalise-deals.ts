import type { RateNeed } from '../../../db/rates/read';
import { FactReader } from '../../shared/facts';
import { catchRejection, Rejection } from '../../shared/rejection';
import { parseAs } from '../../shared/shape';
import { dealRatesNeeded, leadEventRows } from '../lead-events';
import type { LooseRecord, Normalised, Normaliser, RawRecord } from '../provider';
import { parseReference } from './deal-facts';
import { readDealHistory } from './deal-history';
import { parseTime } from './times';
import { goneSchema, recordSchema, findUnknownFields, type GoneRecord } from './schemas';

/** Turns a deal with its stage changes into one row of `lead_events` per stage entry. */
export const deals: Normaliser = {
	ages: true,

	ratesNeeded(raw, settings): RateNeed[] {
		const gone = goneSchema.safeParse(raw.record).data;
		if (!gone || isGoneDeal(gone)) return [];
		const record = recordSchema.safeParse(raw.record).data;
		const history =
			record && catchRejection(() => readDealHistory(record, raw.account, settings, raw.fetchedAt));
		if (!history || history instanceof Rejection) return [];
		return dealRatesNeeded(history, raw, settings);
	},

	normalise(raw, settings, conversion): Normalised {
		const gone = parseAs(goneSchema, raw.record, '');
		if (isGoneDeal(gone)) return toDeletion(gone, raw);
		const record = parseAs(recordSchema, raw.record, '');
		const history = readDealHistory(record, raw.account, settings, raw.fetchedAt);
		const rows = leadEventRows(history, raw, settings, conversion);
		const unknownProperties = findUnknownFields((raw.record as { deal: object }).deal);
		return { rows, unknownProperties, remarks: history.remarks };
	},

	complete({ record, now }: LooseRecord) {
		const completed = 'deal' in record ? record : { deal: record, organization: getOrganization(record) };
		const { id } = completed.deal as { id?: unknown };
		return { recordId: String(id ?? ''), fetchedAt: now, record: completed };
	},
};

/** The organization of a raw deal. Version 1 of the API embeds the object, version 2 its id. */
function getOrganization({ org_id: given }: Record<string, unknown>): object | null {
	const id = given === null || given === undefined ? undefined : parseReference(given);
	return id === undefined ? null : { id, name: (given as { name?: unknown }).name ?? null };
}

/** A deleted deal may still have its former status. */
const isGoneDeal = ({ deal }: GoneRecord): boolean =>
	deal.is_deleted === true || deal.deleted === true || deal.status === 'deleted';

function toDeletion({ deal }: GoneRecord, { fetchedAt }: RawRecord): Normalised {
	const reader = new FactReader();
	const deletedAt = reader.read(deal.update_time, 'deal.update_time', parseTime) ?? fetchedAt;
	return {
		rows: [],
		deletions: [{ table: 'lead_events', leadId: deal.id, deletedAt }],
		unknownProperties: [],
		...(reader.remarks.length > 0 && { remarks: reader.remarks }),
	};
}
