import { ExplainedError } from '../../../db/postgres/explained-error';
import { FactReader } from '../../shared/facts';
import { catchRejection, Rejection } from '../../shared/rejection';
import { parseAs } from '../../shared/shape';
import { dealRatesNeeded, leadEventRows } from '../lead-events';
import type { LooseRecord, Normalised, Normaliser, NormaliseSettings, RawRecord } from '../provider';
import { readDealHistory, parseDealRecord, type DealRecord } from './deal-history';
import { mergedAway } from './merged-deals';
import { DEAL_PROPERTIES } from './properties';
import { deletedRecordSchema } from './schemas';

/** Turns a deal into one row of `lead_events` per stage entry, and a deleted deal into a deletion. */
export const deals: Normaliser = {
	ages: true,

	ratesNeeded(raw, settings) {
		if (isDeleted(raw.record)) return [];
		const needs = catchRejection(() => dealRatesNeeded(readHistory(raw, settings), raw, settings));
		return needs instanceof Rejection ? [] : needs;
	},

	normalise(raw, settings, conversion): Normalised {
		if (isDeleted(raw.record)) return deletion(raw);
		const record = parseDealRecord(raw.record);
		const history = readDealHistory(record, raw, settings);
		return {
			rows: leadEventRows(history, raw, settings, conversion),
			deletions: mergedAway(record.deal, history.version ?? raw.fetchedAt),
			unknownProperties: findUnknownFields(record),
			remarks: history.remarks,
		};
	},

	complete({ record, now }: LooseRecord) {
		const completed = 'deal' in record ? { stages: [], company: null, ...record } : wrapDeal(record, now);
		const { id } = completed.deal as { id?: unknown };
		if (id === undefined || id === '')
			throw new ExplainedError('The item has no id.', 'Provide deals as HubSpot returns them.');
		return { recordId: String(id), fetchedAt: now, record: completed };
	},
};

function readHistory(raw: RawRecord, settings: NormaliseSettings) {
	return readDealHistory(parseDealRecord(raw.record), raw, settings);
}

function isDeleted(record: unknown): boolean {
	return typeof record === 'object' && record !== null && 'deleted' in record;
}

/** An unreadable deletion time does not reject the deletion. */
function deletion({ record, fetchedAt }: RawRecord): Normalised {
	const { deal, deleted } = parseAs(deletedRecordSchema, record, '');
	const facts = new FactReader();
	const deletedAt = facts.instant(deleted.at, 'deleted.at') ?? fetchedAt;
	return {
		rows: [],
		deletions: [{ table: 'lead_events', leadId: deal.id, deletedAt }],
		unknownProperties: [],
		...(facts.remarks.length > 0 && { remarks: facts.remarks }),
	};
}

/** Wraps a deal as HubSpot returns it, for example to an HTTP Request node: without its pipeline and company. */
function wrapDeal(record: Record<string, unknown>, now: string): Record<string, unknown> {
	const { archived, archivedAt, updatedAt } = record;
	if (archived === true) return { deal: record, deleted: { at: archivedAt ?? updatedAt ?? now } };
	return { deal: record, stages: [], company: null };
}

const KNOWN = new Set<string>(DEAL_PROPERTIES);
const KNOWN_KEYS = new Set([
	...['id', 'properties', 'propertiesWithHistory', 'createdAt', 'updatedAt', 'archived', 'archivedAt'],
	...['url', 'associations', 'objectWriteTraceId'],
]);

function findUnknownFields({ deal }: DealRecord): string[] {
	const keys = Object.keys(deal).filter((key) => !KNOWN_KEYS.has(key));
	const properties = Object.keys(deal.properties).filter((key) => !KNOWN.has(key));
	return [...keys.map((key) => `deal.${key}`), ...properties.map((key) => `deal.properties.${key}`)];
}
