import type { Clock } from '../core/clock';
import type { Portal, Stage } from './catalogue';
import type { Deal } from './deal';
import { DealStore } from './deal-store';
import { expectedDeal, type ExpectedDeal } from './expected';
import { GeneratedDeals } from './generated-deals';
import type { HubSpotLimits } from './settings';

const DAY_MS = 86_400_000;

/** What may be changed of a deal. Its stage is changed by `moveStage`. */
export type DealEdit = Partial<
	Pick<
		Deal,
		'name' | 'cents' | 'currency' | 'closeAt' | 'companyId' | 'companyOnDeal' | 'activityAt' | 'properties'
	>
>;

export interface ChangeOptions {
	/** When it was changed, in milliseconds since 1970; default: now. */
	at?: number;
	/** Not to be seen in the deal's own modified time, as HubSpot does with associations. */
	silently?: boolean;
}

/** One portal with its deals: what people do in it between two syncs. */
export class PortalBooks {
	readonly portal: Portal;
	readonly deals: DealStore;
	private readonly names = new Map<number, string | null>();
	private readonly deletedCompanies = new Set<number>();

	constructor(
		portal: Portal,
		seed: string,
		private readonly clock: Clock,
		private readonly limits: () => HubSpotLimits,
	) {
		this.portal = structuredClone(portal);
		const anchor = clock.now().getTime() - DAY_MS;
		this.deals = new DealStore(new GeneratedDeals(this.portal, seed, anchor), () => clock.elapsed());
	}

	/** Ids of deals that are there, ascending. */
	ids(count = Infinity): number[] {
		const ids: number[] = [];
		for (const id of this.deals.idsAfter(0, false)) {
			if (ids.length >= count) break;
			ids.push(id);
		}
		return ids;
	}

	edit(id: number, edit: DealEdit, options: ChangeOptions = {}): void {
		this.change(id, options, (deal) => Object.assign(deal, edit));
	}

	moveStage(id: number, stageId: string, options: ChangeOptions = {}): void {
		const at = options.at ?? this.now();
		this.change(id, { ...options, at }, (deal) => {
			deal.entries = [...deal.entries, { stageId, at }];
			if (this.stage(stageId)?.isClosed === 'true') deal.closeAt = at;
		});
	}

	/** A new deal in a stage. */
	create(stageId: string, edit: DealEdit = {}, at = this.now()): number {
		const deal = this.deals.add(
			{
				...{ name: 'A new deal', cents: 100_000, currency: this.portal.currency },
				...{ entries: [{ stageId, at }], createdAt: at, modifiedAt: at, closeAt: at + 30 * DAY_MS },
				...{ activityAt: null, companyId: null, companyOnDeal: true, archivedAt: null },
				...{ merged: [], mergedInto: null, properties: {}, ...edit },
			},
			this.limits().indexingMs,
		);
		return deal.id;
	}

	/** Into the recycle bin, which does not count as a change. */
	delete(id: number, at = this.now()): void {
		this.change(id, { silently: true }, (deal) => (deal.archivedAt = at));
	}

	/** Out of the recycle bin, with the same id. */
	restore(id: number): void {
		this.change(id, { silently: true }, (deal) => (deal.archivedAt = null));
	}

	/** Two deals become a third one, with the path of the first. */
	merge(first: number, second: number, at = this.now()): number {
		const [kept, other] = [this.deal(first), this.deal(second)];
		const { entries, name, cents, currency, createdAt, closeAt, companyId, companyOnDeal } = kept;
		const own = {
			entries: [...entries],
			name,
			cents,
			currency,
			createdAt,
			closeAt,
			companyId,
			companyOnDeal,
		};
		const into = this.create(entries.at(-1)!.stageId, {}, at);
		const before = [...kept.merged, ...other.merged];
		this.change(into, { at }, (deal) =>
			Object.assign(deal, own, { merged: [...before, { id: first, at }, { id: second, at }] }),
		);
		for (const id of [first, second]) this.change(id, { silently: true }, (deal) => (deal.mergedInto = into));
		return into;
	}

	/** Many deals at once, all stamped with the same millisecond. */
	bulkEdit(ids: Iterable<number>, edit: DealEdit, at = this.now()): void {
		for (const id of ids) this.edit(id, edit, { at });
	}

	renameStage(stageId: string, label: string): void {
		const stage = this.stage(stageId);
		if (!stage) throw new Error(`There is no stage ${stageId}.`);
		stage.label = label;
	}

	/** Gone from its pipeline, though deals name it in their past. */
	removeStage(stageId: string): void {
		for (const pipeline of this.portal.pipelines) {
			pipeline.stages = pipeline.stages.filter(({ id }) => id !== stageId);
		}
	}

	addStage(stage: Stage, pipeline = 0): void {
		this.portal.pipelines[pipeline]!.stages.push(stage);
	}

	nameCompany(id: number, name: string | null): void {
		this.names.set(id, name);
	}

	deleteCompany(id: number): void {
		this.deletedCompanies.add(id);
	}

	/** Undefined where there is no such company. */
	companyName(id: number): string | null | undefined {
		if (this.deletedCompanies.has(id)) return undefined;
		const name = this.names.get(id);
		return name === undefined ? `Company ${id} of ${this.portal.domain}` : name;
	}

	deal(id: number): Deal {
		const deal = this.deals.get(id);
		if (!deal) throw new Error(`The portal ${this.portal.consent} has no deal ${id}.`);
		return deal;
	}

	/** What our tables must hold of each deal, also of those deleted or merged since. */
	*expected(): Generator<ExpectedDeal> {
		for (const id of this.deals.allIds()) yield expectedDeal(this.deal(id), this.portal);
	}

	private change(id: number, { at, silently }: ChangeOptions, change: (deal: Deal) => void): void {
		this.deals.change(id, this.limits().indexingMs, (deal) => {
			change(deal);
			if (!silently) deal.modifiedAt = at ?? this.now();
		});
	}

	private stage(id: string): Stage | undefined {
		return this.portal.pipelines.flatMap(({ stages }) => stages).find((stage) => stage.id === id);
	}

	private now(): number {
		return this.clock.now().getTime();
	}
}
