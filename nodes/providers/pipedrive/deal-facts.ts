import type { Day } from '../../shared/dates';
import type { FactReader } from '../../shared/facts';
import type { Deal } from './schemas';
import { parseTime } from './times';

/** A deal's properties besides its stage and value. Each is null if it is missing or unreadable. */
export interface DealFacts {
	/** UTC instants, ISO 8601. */
	addedAt: string | null;
	updatedAt: string | null;
	stageChangedAt: string | null;
	closeTime: string | null;
	wonTime: string | null;
	lostTime: string | null;
	/** Local dates as stated for the company. */
	localCloseDate: Day | null;
	localWonDate: Day | null;
	localLostDate: Day | null;
	expectedCloseDate: Day | null;
	title: string | null;
	ownerId: string | null;
	organizationId: string | null;
	/** Percent. */
	probability: number | null;
	lostReason: string | null;
	archived: boolean | null;
}

export function readDealFacts(deal: Deal, reader: FactReader): DealFacts {
	const at = (name: keyof Deal): string | null => reader.read(deal[name], `deal.${name}`, parseTime);
	const day = (name: keyof Deal): Day | null => reader.day(deal[name], `deal.${name}`);
	const text = (name: keyof Deal): string | null => reader.text(deal[name], `deal.${name}`);
	const id = (name: keyof Deal): string | null => reader.read(deal[name], `deal.${name}`, parseReference);
	return {
		addedAt: at('add_time'),
		updatedAt: at('update_time'),
		stageChangedAt: at('stage_change_time'),
		closeTime: at('close_time'),
		wonTime: at('won_time'),
		lostTime: at('lost_time'),
		localCloseDate: day('local_close_date'),
		localWonDate: day('local_won_date'),
		localLostDate: day('local_lost_date'),
		expectedCloseDate: day('expected_close_date'),
		title: text('title'),
		ownerId: id('owner_id') ?? id('user_id'),
		organizationId: id('org_id'),
		probability: reader.read(deal.probability, 'deal.probability', parsePercent),
		lostReason: text('lost_reason'),
		archived: reader.read(deal.is_archived, 'deal.is_archived', parseFlag),
	};
}

/** Parses the id of another object. Version 1 embeds the object, with its id as `value`, or `id` for a person. */
export function parseReference(given: unknown): string | undefined {
	const { value, id } = (typeof given === 'object' ? given : { value: given }) as Record<string, unknown>;
	const text = String(value ?? id);
	return /^\d{1,20}$/.test(text) ? text : undefined;
}

export function parsePercent(value: unknown): number | undefined {
	const text = String(value).trim();
	return /^\d{1,3}(?:\.\d{1,10})?$/.test(text) ? Number(text) : undefined;
}

const parseFlag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
