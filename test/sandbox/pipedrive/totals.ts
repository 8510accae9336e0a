import type { Company } from './company';
import type { Deal, Step } from './model';

const DAY_MS = 86_400_000;

/** What a row of `lead_events` must say of a deal's step. */
export interface ExpectedEntry {
	externalId: string;
	leadId: string;
	/** ISO 8601 in UTC. */
	at: string;
	stage: string;
	status: 'active' | 'stale' | 'won' | 'lost' | 'passed';
	/** In the deal's own currency, and only of the latest step. */
	value: string | null;
	currency: string;
	organizationId: number | null;
}

/**
 * The golden rows of the deals that are there, told from each deal's own path. Must never look at a list or a flow:
 * it is what their readers are measured against. A step into the stage in which the deal is already is no entry.
 * @param staleDays after how many days without any activity an open deal is stale
 */
export function entriesOf(company: Company, now: Date, staleDays = 30): ExpectedEntry[] {
	const there = [...company.deals.values()].filter(
		({ deleted, vanished, hidden }) => !deleted && !vanished && !hidden,
	);
	return there.flatMap((deal) => {
		const entered = deal.path.filter(({ stageId }, index) => stageId !== deal.path[index - 1]?.stageId);
		const last = entered.at(-1)!;
		return entered.map((step) => entryOf(company, deal, step, step === last, now, staleDays));
	});
}

function entryOf(
	company: Company,
	deal: Deal,
	step: Step,
	isLast: boolean,
	now: Date,
	staleDays: number,
): ExpectedEntry {
	const { removed, name } = company.stage(step.stageId);
	return {
		externalId: step.key === 'created' ? `deal:${deal.id}:created` : `deal:${deal.id}:flow:${step.key}`,
		leadId: String(deal.id),
		at: step.at.toISOString(),
		stage: removed ? formerLabel(deal, step) : name,
		status: isLast ? statusOf(deal, now, staleDays) : 'passed',
		value: isLast ? deal.value : null,
		currency: deal.currency,
		organizationId: deal.organizationId,
	};
}

/** What a removed stage was called when the deal last came into it or left it; a deal that never moved does not tell. */
function formerLabel({ path }: Deal, step: Step): string {
	return path.length === 1 ? `stage:${step.stageId}` : step.label;
}

function statusOf({ status, added, updated }: Deal, now: Date, staleDays: number): ExpectedEntry['status'] {
	if (status !== 'open') return status;
	const touched = (updated ?? added).getTime();
	return touched < now.getTime() - staleDays * DAY_MS ? 'stale' : 'active';
}

/** How many deals stand in a stage with a status, and what they are worth together in hundredths of a cent. */
export interface FunnelLine {
	stage: string;
	status: string;
	currency: string;
	deals: number;
	/** A decimal with two places. */
	value: string;
}

/** The funnel: each deal once, where it stands now. Values are added as whole thousandths, never as floating point. */
export function funnelOf(entries: readonly ExpectedEntry[]): FunnelLine[] {
	const lines = new Map<
		string,
		{ stage: string; status: string; currency: string; deals: number; sum: bigint }
	>();
	for (const { stage, status, currency, value } of entries.filter((entry) => entry.status !== 'passed')) {
		const key = JSON.stringify([stage, status, currency]);
		const line = lines.get(key) ?? { stage, status, currency, deals: 0, sum: 0n };
		lines.set(key, { ...line, deals: line.deals + 1, sum: line.sum + thousandthsOf(value ?? '0') });
	}
	return [...lines.values()].map(({ sum, ...line }) => ({ ...line, value: decimalOf(sum) }));
}

function thousandthsOf(decimal: string): bigint {
	const [whole = '0', fraction = ''] = decimal.split('.');
	return BigInt(whole + fraction.padEnd(3, '0'));
}

function decimalOf(thousandths: bigint): string {
	const text = String(thousandths).padStart(4, '0');
	return `${text.slice(0, -3)}.${text.slice(-3)}`;
}
