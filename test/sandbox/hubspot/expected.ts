import { DateTime } from 'luxon';

import type { Portal } from './catalogue';
import type { Deal } from './deal';
import { iso, stageOf } from './printed-deal';

/** What our tables must hold of a deal, told from the sandbox's own books and not from what it prints. */
export interface ExpectedDeal {
	leadId: string;
	companyId: string | null;
	/** Oldest first; the last one carries status and value. */
	entries: Array<{ externalId: string; enteredAt: string; stage: string }>;
	/** `active` where it is open, however old. */
	status: 'active' | 'won' | 'lost' | 'deleted';
	cents: number | null;
	/** ISO 4217, of the cents. */
	currency: string;
	/** The portal's own rate for that currency to its own, as decimal text; null where it is its own. */
	rate: string | null;
	/** The local day whose rate counts. */
	valueDay: string;
	/** ISO 8601 in UTC. */
	lastActivityAt: string;
}

export function expectedDeal(deal: Deal, portal: Portal): ExpectedDeal {
	const last = deal.entries.at(-1)!;
	const status = statusOf(deal, portal);
	const currency = deal.currency ?? portal.currency;
	const closed = isClosed(last.stageId, portal);
	return {
		leadId: String(deal.id),
		companyId: deal.companyId === null ? null : String(deal.companyId),
		entries: enteredStages(deal).map(({ stageId, at }) => ({
			externalId: `deal:${deal.id}:${stageId}:${at}`,
			enteredAt: iso(at),
			stage: stageOf(portal, stageId).stage?.label ?? `stage:${stageId}`,
		})),
		status,
		cents: deal.cents,
		currency,
		rate: portal.otherCurrencies[currency] ?? null,
		valueDay: localDay((closed ? deal.closeAt : null) ?? deal.modifiedAt, portal.timezone),
		lastActivityAt: iso(Math.max(deal.modifiedAt, last.at, deal.activityAt ?? 0, deal.createdAt)),
	};
}

/** Setting a deal to the stage in which it is already is no entry. */
const enteredStages = ({ entries }: Deal): Deal['entries'] =>
	entries.filter(({ stageId }, index) => stageId !== entries[index - 1]?.stageId);

function statusOf(deal: Deal, portal: Portal): ExpectedDeal['status'] {
	if (deal.archivedAt !== null || deal.mergedInto !== null) return 'deleted';
	const { stage } = stageOf(portal, deal.entries.at(-1)!.stageId);
	if (stage?.isClosed !== 'true') return 'active';
	return stage.probability === '1.0' ? 'won' : 'lost';
}

function isClosed(stageId: string, portal: Portal): boolean {
	return stageOf(portal, stageId).stage?.isClosed === 'true';
}

function localDay(ms: number, timezone: string): string {
	return DateTime.fromMillis(ms, { zone: timezone }).toFormat('yyyy-MM-dd');
}
