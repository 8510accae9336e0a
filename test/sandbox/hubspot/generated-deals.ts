import { randomFrom, type Random } from '../core/random';
import type { Pipeline, Portal } from './catalogue';
import type { Deal, StageEntry } from './deal';

const DAY_MS = 86_400_000;
/** So many deals each were last changed in the same millisecond. */
const TIES = 3;

/** The deals that a portal begins with: each is made from its number when it is asked for, and none is held. */
export class GeneratedDeals {
	private readonly stepMs: number;
	private readonly factor: number;

	/** @param anchor when the youngest of them was last changed, in milliseconds since 1970 */
	constructor(
		private readonly portal: Portal,
		private readonly seed: string,
		private readonly anchor: number,
	) {
		const groups = Math.max(1, Math.ceil(portal.deals / TIES));
		this.stepMs = Math.floor((portal.days * DAY_MS) / groups);
		this.factor = coprimeTo(portal.deals);
	}

	get count(): number {
		return this.portal.deals;
	}

	idAt(index: number): number {
		return this.portal.firstId + index * this.portal.idStep;
	}

	/** The number of a deal; undefined where none was made for the id. */
	indexOf(id: number): number | undefined {
		const index = (id - this.portal.firstId) / this.portal.idStep;
		return Number.isInteger(index) && index >= 0 && index < this.count ? index : undefined;
	}

	/** Changes do not follow the ids: a permutation of the numbers says who was changed when. */
	modifiedAt(index: number): number {
		const rank = (index * this.factor + 11) % this.count;
		return this.anchor - Math.floor(rank / TIES) * this.stepMs;
	}

	deal(index: number): Deal {
		const { portal } = this;
		const id = this.idAt(index);
		const random = randomFrom(`${this.seed}/${portal.hubId}/${id}`);
		const modifiedAt = this.modifiedAt(index);
		const entries = entriesUpTo(modifiedAt, portal.pipelines, random);
		const last = entries.at(-1)!;
		const closed = isClosed(last.stageId, portal.pipelines);
		return {
			id,
			name: `Deal ${id} with ${portal.domain}`,
			cents: centsOf(random),
			currency: currencyOf(portal, random),
			entries,
			createdAt: entries[0]!.at,
			modifiedAt,
			closeAt: closed ? last.at - random.between(0, 3) * 3_600_000 : modifiedAt + 30 * DAY_MS,
			activityAt: random.chance(0.4) ? modifiedAt - random.between(0, 20) * DAY_MS : null,
			companyId: random.chance(0.85) ? 9_000_000 + random.between(1, portal.companies) : null,
			companyOnDeal: random.chance(0.7),
			archivedAt: null,
			merged: [],
			mergedInto: null,
			properties: {},
		};
	}
}

/** Written back from the last change: the path of a deal through its pipeline. */
function entriesUpTo(modifiedAt: number, pipelines: readonly Pipeline[], random: Random): StageEntry[] {
	const path = pathThrough(pipelines[random.between(0, pipelines.length - 1)]!, random);
	let at = modifiedAt - random.between(0, 2 * DAY_MS);
	const entries = path.toReversed().map((stageId) => {
		const entry = { stageId, at };
		at -= random.between(3_600_000, 12 * DAY_MS);
		return entry;
	});
	return entries.reverse();
}

function pathThrough({ stages }: Pipeline, random: Random): string[] {
	const open = stages.filter(({ isClosed }) => isClosed === 'false').map(({ id }) => id);
	const closed = stages.filter(({ isClosed }) => isClosed === 'true').map(({ id }) => id);
	const path = open.slice(0, random.between(1, open.length));
	if (random.chance(0.5)) return path;
	path.push(closed[random.between(0, closed.length - 1)]!);
	// Some were closed, opened again, and so came twice into a stage.
	return random.chance(0.1) ? [...path, open[0]!] : path;
}

function isClosed(stageId: string, pipelines: readonly Pipeline[]): boolean {
	return pipelines.some(({ stages }) => stages.some((one) => one.id === stageId && one.isClosed === 'true'));
}

function centsOf(random: Random): number | null {
	if (random.chance(0.08)) return null;
	return random.chance(0.04) ? 0 : random.between(100, 25_000_000);
}

function currencyOf({ currency, otherCurrencies }: Portal, random: Random): string | null {
	const others = Object.keys(otherCurrencies);
	if (others.length === 0) return null;
	return random.chance(0.3) ? others[random.between(0, others.length - 1)]! : currency;
}

function coprimeTo(count: number): number {
	const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
	let factor = 7_919;
	while (count > 0 && divisor(factor, count) !== 1) factor++;
	return factor;
}
