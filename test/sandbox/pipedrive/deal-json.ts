import { DateTime } from 'luxon';

import type { Company } from './company';
import type { Change, Deal } from './model';

const HASH = 'd4de1c1518b4531717c676029a45911c340390a6';

/** A deal as version 2 shows it. Half of them have milliseconds in their times, as real ones do or do not. */
export function dealJson(company: Company, deal: Deal): Record<string, unknown> {
	const time = (at: Date | null): string | null => at && timeText(at, deal.id % 2 === 1);
	const { status, closed } = deal;
	const stage = company.stage(deal.stageId);
	const day = localDay(closed, company.sketch.timezone);
	return {
		id: deal.id,
		title: deal.title,
		creator_user_id: deal.ownerId,
		owner_id: deal.ownerId,
		value: deal.value === null ? null : Number(deal.value),
		person_id: null,
		org_id: deal.organizationId,
		stage_id: deal.stageId,
		pipeline_id: stage.pipelineId,
		currency: deal.currency,
		archive_time: time(deal.archived),
		add_time: time(deal.added),
		update_time: time(deal.updated),
		stage_change_time: time(deal.stageChanged),
		// Some say so by the status too, some only by the flag.
		status: deal.deleted && deal.id % 4 < 2 ? 'deleted' : status,
		is_archived: deal.archived !== null,
		is_deleted: deal.deleted !== null,
		probability: null,
		lost_reason: deal.lostReason,
		visible_to: 3,
		close_time: time(closed),
		won_time: status === 'won' ? time(closed) : null,
		lost_time: status === 'lost' ? time(closed) : null,
		local_won_date: status === 'won' ? day : null,
		local_lost_date: status === 'lost' ? day : null,
		local_close_date: deal.id % 5 === 0 ? null : day,
		expected_close_date: null,
		label_ids: [],
		origin: 'ManuallyCreated',
		origin_id: null,
		channel: null,
		channel_id: null,
		acv: null,
		arr: null,
		mrr: null,
		custom_fields: { [HASH]: null },
	};
}

/** An entry of the flow; where they stand as documented, the values of a change of stage are numbers. */
export function flowEntry(company: Company, deal: Deal, change: Change): Record<string, unknown> {
	const numeric = company.has('asDocumented') && change.field === 'stage_id';
	const value = (text: string | null): string | number | null =>
		numeric && text !== null ? Number(text) : text;
	return {
		object: 'dealChange',
		timestamp: v1Time(change.at),
		data: {
			id: change.id,
			item_id: deal.id,
			user_id: deal.ownerId,
			field_key: change.field,
			old_value: value(change.old),
			new_value: value(change.new),
			is_bulk_update_flag: null,
			log_time: v1Time(change.at),
			change_source: 'app',
			change_source_user_agent: null,
			additional_data: change.formatted
				? { old_value_formatted: change.formatted.old, new_value_formatted: change.formatted.new }
				: [],
		},
	};
}

function timeText(at: Date, milliseconds: boolean): string {
	return milliseconds ? at.toISOString() : at.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** In UTC, although it does not say so. */
export function v1Time(at: Date): string {
	return at.toISOString().slice(0, 19).replace('T', ' ');
}

function localDay(at: Date | null, zone: string): string | null {
	return at && DateTime.fromJSDate(at, { zone }).toFormat('yyyy-MM-dd');
}
