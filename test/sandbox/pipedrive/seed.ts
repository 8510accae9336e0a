import { randomFrom, type Random } from '../core/random';
import { companyIdFrom, type Sketch } from './catalogue';
import { Company } from './company';
import type { Deal } from './model';
import { NAUGHTY } from './naughty';

const DAY_MS = 86_400_000;

const PIPELINES = [
	{ name: 'Sales', stages: ['Lead In', 'Contact Made', 'Needs Defined', 'Proposal Made', 'Negotiations'] },
	{ name: 'Renewals', stages: ['Due', 'Offered', 'Agreed'] },
];

const WORDS = ['Kiosk', 'Terrace', 'Espresso bar', 'Fit-out', 'Catering', 'Roastery', 'Pop-up', 'Canteen'];

/** A company with the deals that its sketch asks for: the same for the same seed and day. */
export function companyFrom(sketch: Sketch, seed: string, now: () => Date): Company {
	const company = new Company(companyIdFrom(`${seed}/${sketch.consent}`), sketch, now);
	furnish(company);
	const random = randomFrom(`${seed}/${sketch.consent}/deals`);
	const anchor = new Date(Math.floor(now().getTime() / DAY_MS) * DAY_MS);
	for (let index = 0; index < sketch.deals; index++) addDeal(company, index, random, anchor);
	return company;
}

function furnish(company: Company): void {
	const naughty = company.has('naughty');
	PIPELINES.forEach(({ name, stages }, pipeline) => {
		const id = pipeline + 1;
		company.pipelines.set(id, { id, name: naughty ? NAUGHTY[pipeline]! : name, order: id });
		stages.forEach((stage, order) => {
			const stageId = 10 * id + order;
			const probability = Math.round((100 * (order + 1)) / (stages.length + 1));
			const label = naughty ? NAUGHTY[(stageId * 3) % NAUGHTY.length]! : stage;
			company.stages.set(stageId, {
				id: stageId,
				name: label,
				order,
				pipelineId: id,
				probability,
				removed: false,
			});
		});
	});
	for (let id = 301; id <= 308; id++) {
		const name = naughty ? NAUGHTY[id % NAUGHTY.length]! : `${WORDS[id - 301]} Company`;
		company.organizations.set(id, { id, name });
	}
}

function addDeal(company: Company, index: number, random: Random, anchor: Date): void {
	const { sketch } = company;
	const pipelineId = random.chance(0.7) ? 1 : 2;
	const stageIds = [...company.stages.values()]
		.filter((stage) => stage.pipelineId === pipelineId)
		.map(({ id }) => id);
	const word = WORDS[index % WORDS.length]!;
	const deal = company.add(
		{
			id: 100 + index * 3,
			title: company.has('naughty') ? NAUGHTY[index % NAUGHTY.length]! : `${word} no. ${index + 1}`,
			ownerId: random.between(71, 74),
			organizationId: random.chance(0.8) ? random.between(301, 308) : null,
			stageId: stageIds[0]!,
			value: valueOf(company, index, random),
			currency: currencyOf(company, index, sketch.currencies),
		},
		daysAgo(anchor, random.between(20, 400), random),
	);
	live(company, deal, index, stageIds, random, anchor);
	afterwards(company, deal, index, anchor);
}

/** How it fared since: some moves, and an end or none. One deal in nine was never touched. */
function live(
	company: Company,
	deal: Deal,
	index: number,
	stageIds: readonly number[],
	random: Random,
	anchor: Date,
): void {
	let at = deal.added;
	const later = (): Date => (at = between(at, anchor, random));
	if (index % 9 === 4) return;
	const moves = random.between(0, stageIds.length);
	for (let step = 1; step <= moves; step++) {
		const back = random.chance(0.15);
		const next = stageIds[Math.min(stageIds.length - 1, Math.max(0, back ? step - 2 : step))]!;
		if (next !== deal.stageId) company.move(deal, next, later());
	}
	if (random.chance(0.1)) company.move(deal, deal.stageId < 20 ? 20 : 10, later());
	if (random.chance(0.3)) company.close(deal, 'won', later());
	else if (random.chance(0.35)) company.close(deal, 'lost', later(), random.chance(0.7) ? 'Price' : null);
	if (deal.status === 'lost' && random.chance(0.25)) company.reopen(deal, later());
	if (deal.updated === null) company.rename(deal, `${deal.title} (checked)`, later());
}

function afterwards(company: Company, deal: Deal, index: number, anchor: Date): void {
	const yesterday = new Date(anchor.getTime() - DAY_MS + 3_600_000);
	if (company.has('hiddenDeals') && index % 7 === 3) deal.hidden = true;
	if (index % 13 === 5) company.archive(deal, true, yesterday);
	// One is listed as deleted still, one no longer.
	if (index % 17 === 8)
		company.delete(deal, index % 2 === 0 ? yesterday : new Date(anchor.getTime() - 45 * DAY_MS));
	if (company.has('bulk') && deal.updated !== null && !deal.deleted) deal.updated = yesterday;
}

/** With as many decimals as the currency has. */
function valueOf(company: Company, index: number, random: Random): string | null {
	const currency = currencyOf(company, index, company.sketch.currencies);
	const minor = random.between(10_000, 9_000_000);
	if (company.has('worthless') && index % 5 === 2) return index % 2 === 0 ? null : '0';
	const places = { JPY: 0, KWD: 3 }[currency] ?? 2;
	const digits = String(minor);
	return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function currencyOf(company: Company, index: number, currencies: readonly string[]): string {
	if (company.has('customCurrency') && index % 4 === 1) return 'BEANS';
	return currencies[index % currencies.length]!;
}

function daysAgo(anchor: Date, days: number, random: Random): Date {
	return new Date(anchor.getTime() - days * DAY_MS + random.between(0, 86_399) * 1000);
}

/** A second between two instants, nearer to the first. */
function between(from: Date, to: Date, random: Random): Date {
	const seconds = Math.max(1, Math.floor((to.getTime() - from.getTime()) / 1000));
	return new Date(from.getTime() + random.between(1, Math.ceil(seconds / 3)) * 1000);
}
